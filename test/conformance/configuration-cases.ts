/** The API document, "Configuration" and "Software OTA"; 7/CMP for names and for an endpoint that has none assigned. */
import assert from 'node:assert/strict';
import { notJson, type Payloads, type RequestCases } from './request-cases.ts';

/** 7/CMP, "Absent configuration"; the rest is what the document's response example has beside it. */
function noneAssigned(body: unknown): void {
  assert.ok(typeof body === 'object' && body !== null);
  assert.partialDeepStrictEqual(body, { configId: '', config: null });
  const others = new Map(Object.entries(body));
  for (const name of ['configId', 'config']) others.delete(name);
  for (const [name, type] of [
    ['id', 'number'],
    ['statusCode', 'number'],
    ['reasonPhrase', 'string'],
  ] as const) {
    assert.ok(!others.has(name) || typeof others.get(name) === type, name);
    others.delete(name);
  }
  assert.deepEqual([...others.keys()], []);
}

const empty = (body: unknown): void => assert.equal(body, undefined);

const observing: Payloads = {
  'an empty object': '{}',
  'observe: true': '{\n"observe": true\n}',
  'observe: false': '{\n  "observe": false\n}',
};

const invalidRequests: Payloads = {
  ...notJson,
  null: 'null',
  'an array': '[{"observe":true}]',
  'a string': '"observe"',
  'a truth value': 'false',
  'observe as a string': '{"observe":"false"}',
  'observe as a number': '{"observe":0}',
  'observe as null': '{"observe":null}',
  'another property': '{"observe":true,"name":"network"}',
};

const configurationRequests: Pick<RequestCases, 'withId' | 'withoutId' | 'success' | 'valid' | 'invalid'> = {
  withId: 'status',
  withoutId: 'status',
  success: noneAssigned,
  valid: {
    ...observing,
    'a configId': '{"configId":"97016dbe8bb4adff8f754ecbf24612f2"}',
    'a configId and observe': '{"configId":"97016dbe8bb4adff8f754ecbf24612f2","observe":true}',
  },
  invalid: {
    ...invalidRequests,
    'a configId that is a number': '{"configId":1}',
    'a configId that is null': '{"configId":null}',
  },
};

const appliedReports: Pick<RequestCases, 'withId' | 'success' | 'valid' | 'invalid'> = {
  withId: 'status',
  success: empty,
  valid: {
    'a configId': '{\n  "configId": "97016dbe8bb4adff8f754ecbf24612f2"\n}',
    'a version as configId': '{"configId":"0.0.2"}',
    'a success': '{"configId":"0.0.2","statusCode":200,"reasonPhrase":"Ok"}',
    'a rejection': '{"configId":"0.0.2","statusCode":400,"reasonPhrase":"WPA2 is not supported"}',
    'a rejection without a reason': '{"configId":"0.0.2","statusCode":500}',
    'a reason without a status code': '{"configId":"0.0.2","reasonPhrase":""}',
    'a status code that is no integer': '{"configId":"0.0.2","statusCode":200.5}',
  },
  invalid: {
    ...notJson,
    'an empty payload': '',
    'an empty object': '{}',
    null: 'null',
    'an array': '[{"configId":"0.0.2"}]',
    'a string': '"0.0.2"',
    'no configId': '{"statusCode":200}',
    'a configId that is a number': '{"configId":2}',
    'a configId that is null': '{"configId":null}',
    'a status code that is a string': '{"configId":"0.0.2","statusCode":"200"}',
    'a status code that is null': '{"configId":"0.0.2","statusCode":null}',
    'a reason that is a number': '{"configId":"0.0.2","reasonPhrase":1}',
    'a reason that is null': '{"configId":"0.0.2","statusCode":400,"reasonPhrase":null}',
    'another property': '{"configId":"0.0.2","config":{}}',
  },
};

export const configurationCases: readonly RequestCases[] = [
  { path: 'cmx/config/json', ...configurationRequests },
  { path: 'cmx/config/json/display-settings_2', ...configurationRequests },
  { path: 'cmx/applied/json', ...appliedReports },
  { path: 'cmx/applied/json/display-settings_2', ...appliedReports },
  {
    path: 'cmx_ota/config/json',
    withId: 'status',
    withoutId: 'status',
    success: noneAssigned,
    valid: observing,
    invalid: { ...invalidRequests, 'a configId, which only configurations know': '{"configId":"0.0.2"}' },
  },
  { path: 'cmx_ota/applied/json', ...appliedReports },
];
