import assert from 'node:assert/strict';
import { Assignment } from '../../src/simulator/platform/assignment.ts';
import { Blobs } from '../../src/simulator/platform/blobs.ts';
import { Changes } from '../../src/simulator/platform/changes.ts';
import { Commands, commandStatus } from '../../src/simulator/platform/commands.ts';
import { Configurations } from '../../src/simulator/platform/configurations.ts';
import { Endpoints } from '../../src/simulator/platform/endpoints.ts';
import { Metadata } from '../../src/simulator/platform/metadata.ts';
import { Observation } from '../../src/simulator/platform/observation.ts';
import { SampleMemory, sampleOverhead } from '../../src/simulator/platform/sample-memory.ts';
import { mostBlobBytes, mostStorageBytes, Storage } from '../../src/simulator/platform/storage.ts';
import { Telemetry } from '../../src/simulator/platform/telemetry.ts';
import { UploadTokens } from '../../src/simulator/platform/upload-tokens.ts';
import { Bench, getJson, send } from './support.ts';

describe('simulator: bounds', () => {
  it('keeps the newest samples and counts all', async () => {
    const bench = new Bench();
    try {
      const simulator = await bench.simulator({ maxSamples: 3 });
      const device = await bench.device(simulator.mqttUrl);
      await device.accepted('kp1/app/dcx/token/json/1', '[10,20,30,40,50]');
      const kept = (await getJson(simulator, 'endpoints/token/telemetry?after=0')) as { seq: number; sample: number }[];
      assert.deepEqual(
        kept.map(({ seq, sample }) => [seq, sample]),
        [
          [3, 30],
          [4, 40],
          [5, 50],
        ],
      );
      assert.deepEqual(await getJson(simulator, 'endpoints/token/telemetry/count'), { count: 5 });
    } finally {
      await bench.close();
    }
  });

  it('pages across the end of the ring', () => {
    const telemetry = new Telemetry(4, new SampleMemory());
    for (let sample = 1; sample <= 10; sample += 1) telemetry.record({ receivedAt: '', sample });
    assert.deepEqual(
      telemetry.page(2, 7).map(({ seq, sample }) => [seq, sample]),
      [
        [8, 8],
        [9, 9],
      ],
    );
    assert.deepEqual(
      telemetry.page(100).map(({ seq }) => seq),
      [7, 8, 9, 10],
    );
  });

  it('forgets the least recently active endpoint that is not connected', () => {
    const endpoints = new Endpoints({ maxEndpoints: 3, maxSamples: 1 }, new Changes());
    endpoints.connectionOpened('open');
    endpoints.spoke('oldest but connected', 'app', 'open');
    endpoints.spoke('old', 'app', 'closed');
    endpoints.spoke('revived', 'app', 'closed');
    endpoints.spoke('old', 'app', 'closed');
    endpoints.spoke('new', 'app', 'closed');
    assert.deepEqual(
      endpoints.list().map(({ token }) => token),
      ['oldest but connected', 'old', 'new'],
    );
  });

  it('forgets the least recently active endpoint where all are connected', () => {
    const endpoints = new Endpoints({ maxEndpoints: 2, maxSamples: 1 }, new Changes());
    endpoints.connectionOpened('open');
    for (const token of ['one', 'two', 'three']) endpoints.spoke(token, 'app', 'open');
    assert.deepEqual(
      endpoints.list().map(({ token }) => token),
      ['two', 'three'],
    );
  });

  describe('memory for samples', () => {
    const room = (samples: number): SampleMemory => new SampleMemory(samples * (sampleOverhead + 100));
    /** 100 bytes as JSON. */
    const text = 'x'.repeat(98);
    const kept = (telemetry: Telemetry): number[] => telemetry.page(1000).map(({ seq }) => seq);

    it('gives up the oldest of all endpoints', () => {
      const memory = room(4);
      const [one, other] = [new Telemetry(10, memory), new Telemetry(10, memory)];
      for (const telemetry of [one, one, other, other, other, one]) telemetry.record({ receivedAt: '', sample: text });
      assert.deepEqual([kept(one), kept(other)], [[3], [1, 2, 3]]);
      assert.deepEqual([one.count, other.count], [3, 3]);
    });

    it('gives up several where a large one comes', () => {
      const memory = room(4);
      const telemetry = new Telemetry(10, memory);
      for (let count = 1; count <= 4; count += 1) telemetry.record({ receivedAt: '', sample: text });
      telemetry.record({ receivedAt: '', sample: 'x'.repeat(198 + sampleOverhead) });
      assert.deepEqual(kept(telemetry), [3, 4, 5]);
    });

    it('counts neither what a full ring gave up nor what was cleared', () => {
      const memory = room(4);
      const [small, cleared, late] = [new Telemetry(2, memory), new Telemetry(10, memory), new Telemetry(10, memory)];
      for (let count = 1; count <= 5000; count += 1) small.record({ receivedAt: '', sample: text });
      for (let count = 1; count <= 2; count += 1) cleared.record({ receivedAt: '', sample: text });
      assert.deepEqual(
        [kept(small), kept(cleared)],
        [
          [4999, 5000],
          [1, 2],
        ],
      );
      cleared.clear();
      assert.deepEqual(kept(cleared), []);
      for (let count = 1; count <= 3; count += 1) late.record({ receivedAt: '', sample: text });
      assert.deepEqual([kept(small), kept(late)], [[5000], [1, 2, 3]]);
    });

    it('keeps an endpoint usable whose only sample is too large', () => {
      const telemetry = new Telemetry(10, room(1));
      telemetry.record({ receivedAt: '', sample: `${text}x` });
      assert.deepEqual(kept(telemetry), []);
      telemetry.record({ receivedAt: '', sample: text });
      assert.deepEqual(kept(telemetry), [2]);
    });
  });

  describe('memory for everything else', () => {
    it('refuses metadata, commands, configurations and blobs where there is no room, until some is given back', () => {
      const storage = new Storage(1300);
      const text = 'x'.repeat(800);
      const published = { configId: 'x', config: text, publishedAt: '' };
      const metadata = new Metadata(storage);
      const takers = [
        () => metadata.replace({ text }),
        () => new Commands(storage).create(1, 'reboot', 60, text) !== undefined,
        () => new Configurations(storage).publish('', published),
        () => new Assignment(storage).publish(published),
        () => new Blobs(storage).add('a', '', Buffer.alloc(800)) !== undefined,
      ];
      assert.deepEqual(
        takers.map((take) => take()),
        [true, false, false, false, false],
      );
      metadata.clear();
      assert.ok(new Assignment(storage).publish(published));
      assert.equal(metadata.replace({ text }), false);
    });

    it('takes only what a change adds, and gives back what it removes', () => {
      const storage = new Storage(1000);
      const metadata = new Metadata(storage);
      for (let count = 1; count <= 10; count += 1) assert.ok(metadata.merge({ text: 'x'.repeat(900) }));
      metadata.delete(['text']);
      assert.ok(storage.take(1000));
    });

    it('counts names, and keeps none for which there was no room', () => {
      const storage = new Storage(10_000);
      const configurations = new Configurations(storage);
      const observation = new Observation(storage);
      const name = (index: number): string => `${'n'.repeat(1000)}${index}`;
      for (let index = 0; index < 20; index += 1) {
        configurations.reported(name(index), { configId: 'x', statusCode: 200, at: '' });
        observation.requested('cex', `command/${name(index)}`, 1, undefined);
      }
      const kept = configurations.names().length + observation.namesBelow('cex', 'command').length;
      assert.ok(kept > 3 && kept < 10, `${kept} are kept`);
      configurations.clear();
      observation.clear();
      assert.ok(storage.take(10_000));
    });

    it('counts commands without payload', () => {
      const commands = new Commands(new Storage(10_000));
      let created = 0;
      while (commands.create(created, 'reboot', 60, undefined) !== undefined) created += 1;
      assert.ok(created < 50);
    });

    it('keeps of a result that does not fit its status code', () => {
      const commands = new Commands(new Storage(300));
      assert.ok(commands.create(1, 'reboot', 60, 'x'));
      commands.report('reboot', 1, { statusCode: 500, reasonPhrase: 'x'.repeat(300) });
      const [command] = commands.list();
      assert.deepEqual(command?.result, { statusCode: 500 });
    });

    it('is given back by endpoints that are forgotten', () => {
      const endpoints = new Endpoints({ maxEndpoints: 2, maxSamples: 1 }, new Changes());
      const megabyte = 'x'.repeat(1_048_000);
      for (let index = 1; index <= 300; index += 1) {
        assert.ok(endpoints.findOrCreate(`token-${index}`).metadata.replace({ megabyte }), `endpoint ${index}`);
      }
    });
  });

  it('gives up the oldest command that is not pending, and refuses one where all are', () => {
    const commands = new Commands(new Storage(mostStorageBytes));
    for (let id = 1; id <= 10_000; id += 1) commands.create(id, 'reboot', 60, undefined);
    assert.equal(commands.create(10_001, 'reboot', 60, undefined), undefined);
    commands.report('reboot', 5, { statusCode: 200 });
    commands.report('reboot', 7, { statusCode: 200 });
    assert.ok(commands.create(10_002, 'reboot', 60, undefined));
    const kept = commands.list().map(({ id }) => id);
    assert.equal(kept.length, 10_000);
    assert.equal(kept.includes(5), false);
    assert.equal(kept.includes(7), true);
  });

  it('takes expired commands for not pending', () => {
    const commands = new Commands(new Storage(mostStorageBytes));
    for (let id = 1; id <= 10_000; id += 1) commands.create(id, 'reboot', 0, undefined);
    assert.ok(commands.create(10_001, 'reboot', 60, undefined));
    assert.deepEqual(
      commands
        .list()
        .map(commandStatus)
        .filter((status) => status === 'pending'),
      ['pending'],
    );
  });

  it('bounds the bytes of commands and results', () => {
    const commands = new Commands(new Storage(mostStorageBytes));
    const megabyte = 'x'.repeat(1_048_576 - 400);
    for (let id = 1; id <= 8; id += 1) assert.ok(commands.create(id, 'reboot', 60, megabyte));
    assert.equal(commands.create(9, 'reboot', 60, megabyte), undefined);
    assert.ok(commands.create(10, 'reboot', 60, 'small'));
    commands.report('reboot', 1, { statusCode: 200, payload: megabyte });
    assert.deepEqual(
      commands.list().map(({ id }) => id),
      [2, 3, 4, 5, 6, 7, 8, 10],
    );
    assert.ok(commands.create(11, 'reboot', 60, megabyte));
  });

  it('refuses a command with 507 where too many are pending', async () => {
    const bench = new Bench();
    try {
      const simulator = await bench.simulator();
      const { commands } = simulator.platform.endpoints.findOrCreate('token');
      for (let id = 1; id <= 10_000; id += 1) commands.create(id, 'reboot', 60, undefined);
      assert.equal((await send(simulator, 'POST', 'endpoints/token/commands/reboot')).status, 507);
    } finally {
      await bench.close();
    }
  });

  it('keeps 1,000 named configurations; reports about names without one make room', () => {
    const configurations = new Configurations(new Storage(mostStorageBytes));
    const published = { configId: 'x', config: 1, publishedAt: '' };
    const report = { configId: 'x', statusCode: 200, at: '' };
    for (let index = 1; index <= 999; index += 1) assert.ok(configurations.publish(`c${index}`, published));
    configurations.reported('reported', report);
    assert.ok(configurations.find('reported'));
    assert.ok(configurations.publish('c1000', published));
    assert.equal(configurations.find('reported'), undefined);
    configurations.reported('another', report);
    assert.equal(configurations.find('another'), undefined);
    assert.equal(configurations.publish('c1001', published), false);
    assert.ok(configurations.publish('c1', published));
  });

  it('remembers what was asked of pushes on the last 1,000 paths', () => {
    const observation = new Observation(new Storage(mostStorageBytes));
    observation.requested('cex', 'command/first', 1, false);
    observation.requested('cex', 'command/second', 2, false);
    observation.requested('cex', 'command/first', 3, undefined);
    for (let index = 1; index <= 999; index += 1) observation.requested('cex', `command/c${index}`, 1, undefined);
    assert.equal(observation.wantsPushes('cex', 'command/first'), false);
    assert.equal(observation.wantsPushes('cex', 'command/second'), true);
    assert.equal(observation.lastRequestId('cex', 'command/first'), 3);
  });

  it('keeps the newest 100 upload tokens', () => {
    const tokens = new UploadTokens();
    const [first = '', second = ''] = Array.from({ length: 101 }, () => tokens.issue());
    assert.equal(tokens.accepts(first), false);
    assert.equal(tokens.accepts(second), true);
  });

  it('keeps the newest blobs: 100, and 64 MB', () => {
    const few = new Blobs(new Storage(mostBlobBytes));
    const large = Buffer.alloc(20 * 1_048_576);
    for (const name of ['a', 'b', 'c', 'd']) few.add(name, '', large);
    assert.deepEqual(
      few.list().map(({ name }) => name),
      ['b', 'c', 'd'],
    );
    const many = new Blobs(new Storage(mostBlobBytes));
    for (let index = 1; index <= 101; index += 1) many.add(`b${index}`, '', Buffer.alloc(1));
    assert.equal(many.list().length, 100);
    assert.equal(many.list()[0]?.name, 'b2');
  });
});
