/** A platform that was taken over answers and pushes whatever it likes: Node-RED stays up, and good traffic goes on. */
import assert from 'node:assert/strict';
import { bodies, servedTopics, strangeTopics } from './hostile-bodies.ts';
import { gateway, ownToken, type Taker, takerNames, Target, wellBehaved } from './target.ts';

const commandTopic = `kp1/v1/cex/${ownToken}/command/reboot/status`;
const configTopic = `kp1/v1/cmx/${ownToken}/config/json/status`;

/** Bytes: just less than what ends the connection. */
const large = 3.5 * 1_048_576;

/** What each node is sent, so that it asks the platform for something. */
const requests: Readonly<Partial<Record<Taker, object>>> = {
  confirmed: { payload: { a: 1 } },
  stamped: { payload: { a: 1 } },
  batched: { payload: { a: 1 } },
  plain: { payload: 1, topic: 'metric' },
  metadata: { payload: { a: 1 }, operation: 'update' },
  updateKeys: { payload: { a: 1 } },
  update: { payload: { a: 1 } },
  getMetadata: {},
  getKeys: {},
  deleteKeys: { payload: ['a'] },
  getConfig: {},
  getLimits: {},
  appliedConfig: { configId: 'a' },
  getSoftware: {},
  appliedSoftware: { version: 'a' },
  blobToken: { refresh: true },
  upload: { refresh: true, payload: 'a', filename: 'a' },
};

describe('a hostile platform', () => {
  let target: Target;
  const output = (): string => target.nodeRed.output;

  before(async function install() {
    this.timeout(120_000);
    target = await Target.start();
  });

  after(async () => {
    await target.close();
  });

  afterEach(async () => {
    target.server.answer = wellBehaved;
    const { untyped, polluted } = await target.state(false, true);
    assert.deepEqual([untyped, polluted], [[], []]);
    assert.ok(!output().includes('Uncaught Exception'));
  });

  it('any body as push or error to any resource of any endpoint: good traffic goes on, every error is typed', async () => {
    for (const [index, topic] of servedTopics.entries()) {
      // Each topic gets some of the bodies, each body comes to many topics.
      const some = bodies.filter((_body, number) => (number + index) % 23 === 0);
      assert.ok(await target.server.publish(some.map((payload) => ({ topic, payload }))));
    }
    await target.works();
    const { caught } = await target.state();
    assert.deepEqual(
      Object.keys(caught).filter((code) => !/^KAA_(REJECTED|PROTOCOL|BUSY)$/.test(code)),
      [],
    );
  });

  it('every body to the topics of commands, configurations and software that are observed', async () => {
    const topics = [commandTopic, configTopic, `kp1/v1/cmx_ota/${ownToken}/config/json/status`];
    for (const topic of topics) assert.ok(await target.server.publish(bodies.map((payload) => ({ topic, payload }))));
    await target.works();
  });

  it('topics that are none: good traffic goes on', async () => {
    for (const topic of strangeTopics) {
      if (topic.length === 0) continue;
      for (const payload of ['[{"id":99,"payload":{"mark":"strange"}}]', '{"configId":"z","config":1}', '']) {
        assert.ok(await target.server.publish([{ topic, payload }]), String(topic).slice(0, 100));
      }
    }
    await target.works();
    // Of `command/5/5/status` and its like nothing may be taken for a command named reboot.
    assert.equal((await target.state()).seen.reboot?.marks['strange'], undefined);
  });

  for (const node of takerNames.filter((name) => requests[name] !== undefined)) {
    it(`any answer to a ${node} node: done, or a typed error`, async () => {
      for (const body of bodies) {
        target.server.answer = (message) => {
          const [id] = /\d+$/.exec(message.topic) ?? [];
          const asked = /\/(command|config)\//.test(message.topic) && !node.startsWith('get');
          if (id === undefined || asked) return wellBehaved(message);
          return [{ topic: `${message.topic}/status`, payload: body }];
        };
        const { done, code, message } = await target.inject(node, requests[node] ?? {});
        assert.ok(
          done || /^KAA_(PROTOCOL|REJECTED)$/.test(code ?? ''),
          `${code} ${message} to ${String(body).slice(0, 80)}`,
        );
      }
      target.server.answer = wellBehaved;
      await target.works();
    }).timeout(60_000);
  }

  for (const level of ['#', '+', '\u0000', 'a+b']) {
    it(`a topic with the level ${JSON.stringify(level)}: nothing is taken from it, good traffic works`, async () => {
      const topic = `kp1/v1/cex/${ownToken}/command/${level}/status`;
      await target.server.publish([{ topic, payload: '[{"id":600,"payload":{"mark":"wild"}}]' }]);
      await target.settled();
      await target.works();
      assert.equal((await target.state()).seen.every?.marks['wild'], undefined);
    }).timeout(30_000);
  }

  for (const [what, topic, payload] of [
    ['a text as configuration', configTopic, `{"configId":"huge","config":"${'x'.repeat(large)}"}`],
    ['a command that is a text', commandTopic, `[{"id":501,"payload":"${'x'.repeat(large)}"}]`],
    ['a reason', `kp1/v1/dcx/${ownToken}/json/error`, `{"statusCode":500,"reasonPhrase":"${'x'.repeat(large)}"}`],
    ['an error that is no JSON', `kp1/v1/dcx/${ownToken}/json/error`, 'x'.repeat(large)],
    ['a nesting', commandTopic, `${'['.repeat(large / 2)}${']'.repeat(large / 2)}`],
    ['a configuration of many keys', configTopic, `{"configId":"wide","config":{${keys(large)}}}`],
    ['commands that cannot be read', commandTopic, `[${'1,'.repeat(large / 2 - 1)}1]`],
    ['the same command many times', commandTopic, `[${'{"id":502},'.repeat(large / 11)}{"id":502}]`],
  ] as const) {
    it(`3.5 MB: ${what}: the event loop stops for 2 s at most, memory grows by 600 MB at most`, async () => {
      const before = await target.state(true, true);
      assert.ok(await target.server.publish([{ topic, payload }]));
      while (!(await target.inject('confirmed', { payload: { a: 1 } })).done);
      const { longestDelay, peak } = await target.state();
      assert.ok(longestDelay < 2000, `the event loop stopped for ${longestDelay} ms`);
      assert.ok(peak - before.resident < 600, `memory grew by ${peak - before.resident} MB`);
      // An endpoint whose line is full leaves further commands with the platform, and this one does not repeat them.
      await target.works(what.endsWith('many times') ? gateway[0].token : ownToken);
    }).timeout(60_000);
  }
});

/** About as many characters of an object's fields. */
function keys(characters: number): string {
  return Array.from({ length: characters / 16 }, (_value, index) => `"k${String(index).padStart(8, '0')}":1`).join(',');
}
