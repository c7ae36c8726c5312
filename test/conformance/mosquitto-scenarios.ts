import assert from 'node:assert/strict';
import { member, type ControlApi } from './control-api.ts';

/** What an example finds, is answered, and does. */
export interface Scenario {
  readonly prepare?: (control: ControlApi) => Promise<unknown>;
  readonly answer: (body: unknown) => void;
  readonly effect?: (control: ControlApi) => Promise<void>;
}

const specification = { link: 'http://127.0.0.1/firmware.bin' };

const empty = (body: unknown): void => assert.equal(body, undefined);

/** What surrounds each example that is answered, by its heading in the document. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'Send data samples': {
    answer: empty,
    effect: async (control) =>
      assert.partialDeepStrictEqual(await control.get('telemetry'), [{ sample: { temperature: 21, humidity: 73 } }]),
  },
  'Get all metadata keys request': {
    prepare: (control) => control.put('metadata', { name: 'Device name' }),
    answer: (body) => assert.deepEqual(body, ['name']),
  },
  'Get metadata request': {
    prepare: (control) => control.put('metadata', { name: 'Device name', deviceModel: 'new model' }),
    answer: (body) => assert.deepEqual(body, { name: 'Device name', deviceModel: 'new model' }),
  },
  'Full metadata update': {
    prepare: (control) => control.put('metadata', { name: 'old', location: 'here' }),
    answer: empty,
    effect: async (control) =>
      assert.deepEqual(await control.get('metadata'), { deviceModel: 'example model', name: 'Sensor 1' }),
  },
  'Partial metadata update': {
    prepare: (control) => control.put('metadata', { deviceModel: 'old model', name: 'Sensor 1' }),
    answer: empty,
    effect: async (control) =>
      assert.deepEqual(await control.get('metadata'), { deviceModel: 'new model', name: 'Sensor 1' }),
  },
  'Delete metadata keys': {
    prepare: (control) => control.put('metadata', { name: 'Sensor 1', location: 'here', areaId: 1 }),
    answer: empty,
    effect: async (control) => assert.deepEqual(await control.get('metadata'), { name: 'Sensor 1' }),
  },
  'Request pending commands': {
    prepare: (control) => control.command('reboot', { delay: 5 }),
    answer: (body) => {
      assert.ok(Array.isArray(body));
      assert.deepEqual(
        body.map((each: unknown) => member(each, 'payload')),
        [{ delay: 5 }],
      );
    },
    effect: async (control) => assert.partialDeepStrictEqual(await control.get('commands'), [{ deliveries: 1 }]),
  },
  'Report command execution result': {
    prepare: (control) => control.command('reboot', {}),
    answer: empty,
    // The example is about a command 1 that there is not.
    effect: async (control) => assert.partialDeepStrictEqual(await control.get('commands'), [{ status: 'pending' }]),
  },
  'Configuration resource request': {
    prepare: (control) => control.configuration({ key: 'value', array: ['value2'] }),
    answer: (body) => assert.deepEqual(member(body, 'config'), { key: 'value', array: ['value2'] }),
  },
  'Report applied configuration request': { answer: empty },
  'Software resource request': {
    prepare: (control) => control.put('software', { version: '0.0.2', config: specification }),
    answer: (body) => assert.partialDeepStrictEqual(body, { configId: '0.0.2', config: specification }),
  },
  'Report applied software update request': {
    prepare: (control) => control.put('software', { version: '0.0.2', config: specification }),
    answer: empty,
    effect: async (control) =>
      assert.partialDeepStrictEqual(await control.get('software'), { applied: { configId: '0.0.2' } }),
  },
  'Get upload token': { answer: (body) => assert.equal(typeof member(body, 'token'), 'string') },
};
