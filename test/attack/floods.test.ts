/** A platform that sends as fast as TCP takes it: the editor answers, memory is bounded and comes back. */
import assert from 'node:assert/strict';
import { packetHeader, publishPacket } from '../support/hostile-server.ts';
import { flood } from './flood.ts';
import { gateway, ownToken, Target } from './target.ts';

/** By hand a million: KAA_FLOOD=1000000. */
const packets = Number(process.env['KAA_FLOOD'] ?? 50_000);

/** Milliseconds within which the editor answers. */
const patience = 2000;

/** Megabytes by which memory may grow while a flood runs, and behind it. */
const growth = 400;
const leftOver = 50;

const topic = (path: string): string => `kp1/v1/${path.replace('TOKEN', ownToken)}`;

const floods: Readonly<Record<string, (index: number) => Buffer>> = {
  'pushes to topics that nobody observes': (index) =>
    publishPacket(topic(`dcx/TOKEN/plain/${['a', 'b', 'c'][index % 3]}/status`), '{"a":1}'),
  'pushes to endpoints that nobody serves': (index) =>
    publishPacket(`kp1/v1/cex/other-${index}/command/reboot/status`, '[{"id":1}]'),
  'answers to unknown request IDs': (index) =>
    publishPacket(topic(`dcx/TOKEN/json/${200_000 + index}/${index % 2 === 0 ? 'status' : 'error'}`), ''),
  'the same configuration': () =>
    publishPacket(topic('cmx/TOKEN/config/json/status'), '{"configId":"c","config":{"a":1}}'),
  'configurations with new ids': (index) =>
    publishPacket(topic('cmx/TOKEN/config/json/status'), `{"configId":"c${index}","config":{"a":1}}`),
  'versions of software that are new': (index) =>
    publishPacket(topic('cmx_ota/TOKEN/config/json/status'), `{"configId":"s${index}","config":{"a":1}}`),
  'configurations that are none': () => publishPacket(topic('cmx/TOKEN/config/json/status'), '[]'),
  'errors without request ID': () => publishPacket(topic('dcx/TOKEN/json/error'), '{"statusCode":500}'),
  'the same command': () => publishPacket(topic('cex/TOKEN/command/reboot/status'), '[{"id":1}]'),
  'commands that cannot be read': () => publishPacket(topic('cex/TOKEN/command/reboot/status'), '[{"id":"1"}]'),
  'commands with new ids': (index) => publishPacket(topic('cex/TOKEN/command/reboot/status'), `[{"id":${index + 10}}]`),
  'commands of new types': (index) => publishPacket(topic(`cex/TOKEN/command/new${index}/status`), '[{"id":1}]'),
};

/**
 * They leave as many commands with an endpoint as it may have, or as may wait, so that it gets no further one before
 * the flow has answered some. The other endpoints do.
 */
const filling = ['commands with new ids', 'commands of new types'];

describe('floods', () => {
  let target: Target;

  before(async function install() {
    this.timeout(120_000);
    target = await Target.start();
  });

  after(() => target.close());

  for (const [what, packet] of Object.entries(floods)) {
    it(`${what}: the editor answers within 2 s, memory is bounded and comes back, good traffic works`, async () => {
      if (filling.includes(what)) {
        await target.close();
        target = await Target.start();
      }
      const figures = await flood(target, { packets, seconds: 60, packet });
      const text = JSON.stringify(figures);
      assert.equal(figures.packets, packets, text);
      assert.ok(figures.slowestAnswer < patience, text);
      assert.ok(figures.growth < growth, text);
      assert.ok(figures.left < leftOver, text);
      assert.equal(target.server.connects, 1);
      await target.works(filling.includes(what) ? gateway[0].token : ownToken);
    }).timeout(packets > 50_000 ? 300_000 : 60_000);
  }

  it('a packet announced with 200 MB that comes slowly is not collected in memory', async () => {
    const before = await target.state(true, true);
    const { server } = target;
    const name = topic('cmx/TOKEN/config/json/status');
    const announced = 200 * 1_048_576;
    await server.write(
      Buffer.concat([packetHeader(0x30, announced), Buffer.from([0, name.length]), Buffer.from(name)]),
    );
    const part = Buffer.alloc(1_048_576, 'x');
    let sent = 0;
    while (sent < 190 && server.connected && (await server.write(part))) {
      sent += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { resident } = await target.state(true);
    assert.ok(resident - before.resident < 100, `${resident - before.resident} MB are held for ${sent} MB of a packet`);
    await target.settled();
  }).timeout(30_000);
});
