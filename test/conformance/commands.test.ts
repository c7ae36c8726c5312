import assert from 'node:assert/strict';
import { member } from './control-api.ts';
import type { Endpoint } from './endpoint.ts';
import { assertRefused } from './refusal.ts';
import { onEveryPlatform, onSimulatorWith } from './settings.ts';

const reboot = 'cex/command/reboot';

/** What the control API tells about a command. */
async function shown(endpoint: Endpoint, id: number): Promise<unknown> {
  const commands = await endpoint.control.get('commands');
  assert.ok(Array.isArray(commands));
  return commands.find((each: unknown) => member(each, 'id') === id);
}

onEveryPlatform('conformance: commands', (setting) => {
  it('pushes a new command without request ID, and returns it on every request until its result', async () => {
    const endpoint = await setting.endpoint();
    assert.deepEqual(await endpoint.request(reboot, { observe: true }), []);
    const id = await endpoint.control.command('reboot', { delay: 5 });
    const outstanding = [{ id, payload: { delay: 5 } }];
    assert.deepEqual(await endpoint.arrived(), [[`${reboot}/status`, outstanding]]);
    assert.deepEqual(await endpoint.request(reboot, { observe: true }), outstanding);
    assert.deepEqual(await endpoint.request(reboot, {}), outstanding);

    await endpoint.publish('cex/result/reboot', [{ id, statusCode: 200 }]);
    assert.deepEqual(await endpoint.request(reboot, {}), []);
  });

  it('answers a request without request ID on the topic of pushes', async () => {
    const endpoint = await setting.endpoint();
    const id = await endpoint.control.command('reboot', 1);
    await endpoint.publish(reboot, '{"observe":true}');
    assert.deepEqual((await endpoint.arrived()).at(-1), [`${reboot}/status`, [{ id, payload: 1 }]]);
  });

  it('returns all outstanding commands of the type and no others', async () => {
    const endpoint = await setting.endpoint();
    const first = await endpoint.control.command('reboot', 'first');
    await endpoint.control.command('ping', 'other');
    const second = await endpoint.control.command('reboot', 'second');
    await endpoint.arrived();
    assert.deepEqual(await endpoint.request(reboot, {}), [
      { id: first, payload: 'first' },
      { id: second, payload: 'second' },
    ]);
  });

  it('gives payloads of every type back as they were created', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.arrived();
    for (const payload of [null, false, 0, '', [], {}, { a: [null] }]) {
      const id = await endpoint.control.command('reboot', payload);
      assert.deepEqual(await endpoint.arrived(), [[`${reboot}/status`, [{ id, payload }]]]);
    }
  });

  it('pushes to an endpoint that has spoken, even if it never asked to observe', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.publish('dcx/json', '1');
    await endpoint.arrived();
    const id = await endpoint.control.command('reboot', 1);
    assert.deepEqual(await endpoint.arrived(), [[`${reboot}/status`, [{ id, payload: 1 }]]]);
  });

  it('observe: false stops pushes of the type until a request with true', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request(reboot, { observe: false });
    const quiet = await endpoint.control.command('reboot', 1);
    assert.deepEqual(await endpoint.arrived(), []);
    assert.deepEqual(await endpoint.request(reboot, {}), [{ id: quiet, payload: 1 }]);
    await endpoint.control.command('reboot', 2);
    assert.deepEqual(await endpoint.arrived(), [], 'a request without observe leaves it as it was');
    const ping = await endpoint.control.command('ping', 3);
    assert.deepEqual(await endpoint.arrived(), [['cex/command/ping/status', [{ id: ping, payload: 3 }]]]);

    await endpoint.request(reboot, { observe: true });
    const loud = await endpoint.control.command('reboot', 4);
    const [[topic, commands] = []] = await endpoint.arrived();
    assert.equal(topic, `${reboot}/status`);
    assert.ok(Array.isArray(commands));
    assert.deepEqual(commands.at(-1), { id: loud, payload: 4 });
  });

  it('a refused request does not change what is observed', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.publish(`${reboot}/1`, { observe: false, type: 'reboot' });
    assertRefused(await endpoint.arrived(), `${reboot}/1`, 400);
    await endpoint.control.command('reboot', 1);
    assert.equal((await endpoint.arrived()).length, 1);
  });

  it('a result completes the command, successful or not', async () => {
    const endpoint = await setting.endpoint();
    const done = await endpoint.control.command('reboot', 1);
    const failed = await endpoint.control.command('reboot', 2);
    assert.partialDeepStrictEqual(await shown(endpoint, done), { status: 'pending', results: 0 });
    await endpoint.publish('cex/result/reboot', [
      { id: done, statusCode: 200, reasonPhrase: 'Ok', payload: { engine_on: true } },
      { id: failed, statusCode: 500, reasonPhrase: 'engine is stuck' },
    ]);
    await endpoint.arrived();
    assert.deepEqual(await endpoint.request(reboot, {}), []);
    assert.partialDeepStrictEqual(await shown(endpoint, done), {
      status: 'completed',
      statusCode: 200,
      reasonPhrase: 'Ok',
      result: { engine_on: true },
      results: 1,
    });
    assert.partialDeepStrictEqual(await shown(endpoint, failed), {
      status: 'completed',
      statusCode: 500,
      reasonPhrase: 'engine is stuck',
      results: 1,
    });
  });

  it('counts deliveries and results', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request(reboot, {});
    const id = await endpoint.control.command('reboot', 1);
    await endpoint.arrived();
    await endpoint.request(reboot, {});
    await endpoint.publish('cex/result/reboot', [{ id, statusCode: 200 }]);
    await endpoint.publish('cex/result/reboot', [{ id, statusCode: 200 }]);
    await endpoint.arrived();
    assert.partialDeepStrictEqual(await shown(endpoint, id), { deliveries: 2, results: 2 });
  });

  it('completes nothing by a refused report, a report of another type, or one about an unknown id', async () => {
    const endpoint = await setting.endpoint();
    const id = await endpoint.control.command('reboot', 1);
    await endpoint.arrived();
    await endpoint.publish('cex/result/reboot/1', [{ id, statusCode: 200 }, { id }]);
    assertRefused(await endpoint.arrived(), 'cex/result/reboot/1', 400);
    await endpoint.publish('cex/result/ping/2', [{ id, statusCode: 200 }]);
    await endpoint.publish('cex/result/reboot/3', [{ id: id + 1000, statusCode: 200 }]);
    assert.deepEqual(await endpoint.arrived(), []);
    assert.deepEqual(await endpoint.request(reboot, {}), [{ id, payload: 1 }]);
  });

  it('completes no command of another endpoint', async () => {
    const one = await setting.endpoint();
    const another = await setting.endpoint();
    const id = await one.control.command('reboot', 1);
    await one.arrived();
    await another.publish('cex/result/reboot', [{ id, statusCode: 200 }]);
    await another.arrived();
    assert.deepEqual(await one.request(reboot, {}), [{ id, payload: 1 }]);
  });

  it('TTL 0: pushes the command once', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request(reboot, { observe: true });
    const id = await endpoint.control.command('reboot', 1, 0);
    assert.deepEqual(await endpoint.arrived(), [[`${reboot}/status`, [{ id, payload: 1 }]]]);
    assert.deepEqual(await endpoint.request(reboot, {}), []);
  });

  it('keeps a command for an endpoint that is not connected yet', async () => {
    const operator = await setting.endpoint();
    const id = await operator.control.command('reboot', 1);
    await operator.close();
    const endpoint = await setting.endpoint(operator.token);
    await endpoint.publish(`${reboot}/1`, '{"observe":true}');
    assert.deepEqual((await endpoint.arrived()).at(-1), [`${reboot}/1/status`, [{ id, payload: 1 }]]);
  });
});

describe('conformance: commands', () => {
  onSimulatorWith([], (setting) => {
    it('pushes to the connection that last spoke for the token', async () => {
      const first = await setting.endpoint();
      await first.arrived();
      const second = await setting.endpoint(first.token);
      await second.arrived();
      const id = await first.control.command('reboot', 1);
      assert.deepEqual(await second.arrived(), [[`${reboot}/status`, [{ id, payload: 1 }]]]);
      assert.deepEqual(await first.arrived(), []);
    });

    it('TTL: returns a command until it ends, and pushes it no more', async () => {
      const endpoint = await setting.endpoint();
      await endpoint.request(reboot, { observe: true });
      const id = await endpoint.control.command('reboot', 1, 1);
      await endpoint.arrived();
      assert.deepEqual(await endpoint.request(reboot, {}), [{ id, payload: 1 }]);
      while (member(await shown(endpoint, id), 'status') === 'pending') {
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
      }
      assert.partialDeepStrictEqual(await shown(endpoint, id), { status: 'expired' });
      assert.deepEqual(await endpoint.request(reboot, {}), []);
    });

    it('counts ids up from the current second, and never again from the start', async () => {
      const started = Math.floor(Date.now() / 1000) - 60;
      const endpoint = await setting.endpoint();
      const ids = [await endpoint.control.command('reboot', 1), await endpoint.control.command('ping', 1)];
      await fetch(`${setting.platform.simulator.httpUrl}/api/v1/state`, { method: 'DELETE' });
      ids.push(await endpoint.control.command('reboot', 1));
      assert.ok(ids.every((id) => Number.isInteger(id) && id > started));
      assert.deepEqual(
        [...new Set(ids)].toSorted((a, b) => a - b),
        ids,
      );
    });
  });
});
