/** The API document, "Metadata"; 10/EPMP for the body of the request for metadata. */
import assert from 'node:assert/strict';
import { notJson, type Payloads, type RequestCases } from './request-cases.ts';

const empty = (body: unknown): void => assert.equal(body, undefined);

const validUpdates: Payloads = {
  'the example of the document': '{\n  "deviceModel": "example model",\n  "name": "Sensor 1"\n}',
  'one attribute': '{"a":1}',
  'values of every type': '{"a":null,"b":"","c":[1,{}],"d":{"e":[]},"f":true,"g":-0.5}',
  'keys of digits and underscores': '{"0":1,"_":2,"a_1":3,"Z9":4}',
  'keys that objects inherit': '{"__proto__":1,"constructor":2,"toString":3}',
};

const invalidUpdates: Payloads = {
  ...notJson,
  'an empty payload': '',
  'an object without attributes': '{}',
  null: 'null',
  'an array': '[{"a":1}]',
  'an empty array': '[]',
  'a string': '"name"',
  'a number': '1',
  'a truth value': 'true',
  'a key with a hyphen': '{"device-model":1}',
  'a key with a space': '{"device model":1}',
  'a key with a dot': '{"device.model":1}',
  'a key that is not ASCII': '{"größe":1}',
  'a key that ends in a line break': '{"name\\n":1}',
  'an empty key': '{"":1}',
  'a bad key among good ones': '{"a":1,"b c":2,"d":3}',
};

export const metadataCases: readonly RequestCases[] = [
  {
    path: 'epmx/get/keys',
    withId: 'status',
    withoutId: 'error',
    success: (body) => assert.deepEqual(body, []),
    valid: { 'an empty payload': '' },
    invalid: {},
  },
  {
    path: 'epmx/get',
    withId: 'status',
    withoutId: 'error',
    success: (body) => assert.deepEqual(body, {}),
    valid: {
      'an empty payload': '',
      'an empty object': '{}',
      'a selection of keys': '{"keys":["name","device_Model","0"]}',
      'an empty selection': '{"keys":[]}',
    },
    invalid: {
      ...notJson,
      null: 'null',
      'an array of keys': '["name"]',
      'a string': '"name"',
      'a number': '1',
      'a selection that is no array': '{"keys":"name"}',
      'a selection that is null': '{"keys":null}',
      'a key that is no string': '{"keys":[1]}',
      'a bad key': '{"keys":["device-model"]}',
      'an empty key': '{"keys":[""]}',
      'a key twice': '{"keys":["a","b","a"]}',
      'another property': '{"key":["a"]}',
      'another property beside the keys': '{"keys":["a"],"observe":true}',
    },
  },
  {
    path: 'epmx/update',
    withId: 'status',
    withoutId: 'nothing',
    success: empty,
    valid: validUpdates,
    invalid: invalidUpdates,
  },
  {
    path: 'epmx/update/keys',
    withId: 'status',
    withoutId: 'nothing',
    success: empty,
    valid: validUpdates,
    invalid: invalidUpdates,
  },
  {
    path: 'epmx/delete/keys',
    withId: 'status',
    withoutId: 'nothing',
    success: empty,
    valid: {
      'the example of the document': '[\n  "location",\n  "areaId"\n]',
      'one key': '["a"]',
      'keys of digits and underscores': '["0","_","a_1"]',
      'keys that differ in case only': '["a","A"]',
      'keys that objects inherit': '["__proto__","constructor"]',
    },
    invalid: {
      ...notJson,
      'an empty payload': '',
      'an empty array': '[]',
      null: 'null',
      'a string': '"location"',
      'an object': '{"keys":["location"]}',
      'a key that is no string': '["location",1]',
      'a nested array': '[["location"]]',
      'a bad key': '["area-id"]',
      'an empty key': '[""]',
      'a key twice': '["a","b","a"]',
    },
  },
];
