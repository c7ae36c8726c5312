/** The API document, "Data collection". */
import assert from 'node:assert/strict';
import { notJson, type RequestCases } from './request-cases.ts';

const empty = (body: unknown): void => assert.equal(body, undefined);

export const telemetryCases: readonly RequestCases[] = [
  {
    path: 'dcx/json',
    withId: 'status',
    withoutId: 'nothing',
    success: empty,
    valid: {
      'one sample': '{"temperature":21,"humidity":73,"location":{"lat":34.1340258,"lon":-118.3238652}}',
      'a batch': '[{"ts":"2019-04-26T15:41:07+0000","a":21},{"ts":"2019-04-26T16:41:07+0000","a":21.5}]',
      'a batch of one': '[{"a":1}]',
      'a batch of samples of several types': '[{"a":1},2.5,true,false]',
      'a sample without members': '{}',
      'a sample of every type of value': '{"a":null,"b":"text","c":[1,[2]],"d":{"e":{}},"f":false,"g":-1.5e-3}',
      'a sample that names a member twice': '{"a":1,"a":2}',
      'a sample in other scripts': '{"温度":"\\u00b0 °"}',
      'white space around a sample': ' \r\n\t{"a":1}\n',
      'an integer': '21',
      'a negative number with an exponent': '-2.1e+3',
      zero: '0',
      true: 'true',
      false: 'false',
    },
    invalid: { ...notJson, 'an empty payload': '', 'a number that JSON does not have': 'NaN' },
  },
  {
    path: 'dcx/plain/temperature',
    withId: 'status',
    withoutId: 'nothing',
    success: empty,
    valid: {
      'an integer': '200',
      'a negative fraction': '-12.5',
      zero: '0',
      'a number with an exponent': '1e3',
      'a number and a unit': '200C',
      'a percentage': '47%',
      'a fraction and a compound unit': '12.5m/s',
      'a unit that is not ASCII': '21°C',
    },
    invalid: {
      'an empty payload': '',
      'a unit without a number': '%',
      'a space before the unit': '47 %',
      'a JSON object': '{"temperature":21}',
      'a JSON array': '[21]',
      'a truth value': 'true',
      'bytes that are not UTF-8': Buffer.from([0x31, 0xff]),
    },
  },
];
