/** The API document, "Command execution". */
import assert from 'node:assert/strict';
import { notJson, type RequestCases } from './request-cases.ts';

export const commandCases: readonly RequestCases[] = [
  {
    path: 'cex/command/reboot',
    withId: 'status',
    withoutId: 'status',
    success: (body) => assert.deepEqual(body, []),
    valid: {
      'an empty object': '{}',
      'observe: true': '{\n  "observe": true\n}',
      'observe: false': '{"observe":false}',
    },
    invalid: {
      ...notJson,
      null: 'null',
      'an array': '[{"observe":true}]',
      'a truth value': 'true',
      'a string': '"observe"',
      'observe as a string': '{"observe":"true"}',
      'observe as a number': '{"observe":1}',
      'observe as null': '{"observe":null}',
      'another property': '{"observe":true,"type":"reboot"}',
      'observe written otherwise': '{"Observe":true}',
    },
  },
  {
    path: 'cex/result/reboot',
    withId: 'nothing',
    withoutId: 'nothing',
    success: () => assert.fail('a result is answered only when it is refused'),
    valid: {
      'the example of the document': '[{"id":1,"statusCode":200,"reasonPhrase":"Ok","payload":{"engine_on":true}}]',
      'what is required only': '[{"id":1,"statusCode":200}]',
      'several results': '[{"id":1,"statusCode":200},{"id":2,"statusCode":500,"reasonPhrase":""}]',
      'no results': '[]',
      'results of every type':
        '[{"id":1,"statusCode":200,"payload":null},{"id":2,"statusCode":200,"payload":"text"},{"id":3,"statusCode":200,"payload":[1]},{"id":4,"statusCode":200,"payload":false}]',
      'integers written as fractions': '[{"id":1.0,"statusCode":2e2}]',
    },
    invalid: {
      ...notJson,
      'an empty payload': '',
      null: 'null',
      'an object': '{"id":1,"statusCode":200}',
      'an array of numbers': '[1]',
      'an array with null': '[null]',
      'a nested array': '[[{"id":1,"statusCode":200}]]',
      'no id': '[{"statusCode":200}]',
      'no status code': '[{"id":1}]',
      'an id that is a string': '[{"id":"1","statusCode":200}]',
      'an id that is no integer': '[{"id":1.5,"statusCode":200}]',
      'an id that is null': '[{"id":null,"statusCode":200}]',
      'a status code that is a string': '[{"id":1,"statusCode":"200"}]',
      'a status code that is no integer': '[{"id":1,"statusCode":200.5}]',
      'a reason that is a number': '[{"id":1,"statusCode":200,"reasonPhrase":1}]',
      'a reason that is null': '[{"id":1,"statusCode":200,"reasonPhrase":null}]',
      'another property': '[{"id":1,"statusCode":200,"type":"reboot"}]',
      'a bad result among good ones': '[{"id":1,"statusCode":200},{"id":2},{"id":3,"statusCode":200}]',
    },
  },
];
