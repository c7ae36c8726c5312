import assert from 'node:assert/strict';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Context } from 'mocha';
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { ControlApi, member } from './control-api.ts';
import { bodyOf, isInstalled, noPayload, run } from './mosquitto-command.ts';
import { examples, type Example } from './mosquitto-examples.ts';
import { scenarios, type Scenario } from './mosquitto-scenarios.ts';

let tokens = 0;

function nextToken(): string {
  tokens += 1;
  return `mosquitto-${tokens}`;
}

function scenarioOf({ title }: Example): Scenario {
  const scenario = scenarios[title];
  assert.ok(scenario, title);
  return scenario;
}

function controlOf({ httpUrl }: Simulator, token: string): ControlApi {
  return new ControlApi(`${httpUrl}/api/v1/endpoints/${token}`);
}

describe("conformance: the document's examples with Mosquitto's clients", () => {
  const modes = ['kpc', 'broker'] as const;
  const simulators = new Map<'kpc' | 'broker', Simulator>();
  let watcher: MqttClient | undefined;

  before(async function start(this: Context) {
    if (!(await isInstalled())) this.skip();
    for (const mode of modes) {
      simulators.set(mode, await startSimulator({ mqttPort: 0, httpPort: 0, mode, confirmResults: true }));
    }
    watcher = await connectAsync(simulatorIn('broker').mqttUrl);
    await watcher.subscribeAsync('$SYS/+/new/subscribes');
  });

  after(async () => {
    await watcher?.endAsync(true);
    await Promise.all([...simulators.values()].map((simulator) => simulator.close()));
  });

  function simulatorIn(mode: 'kpc' | 'broker'): Simulator {
    const simulator = simulators.get(mode);
    assert.ok(simulator);
    return simulator;
  }

  /** Starts a subscription and waits until the broker has it; then one message is printed, as the inner promise tells. */
  async function subscribe(commandLine: string, token: string): Promise<{ printed: Promise<string> }> {
    const established = new Promise<void>((resolve) => {
      const look = (_topic: string, payload: Buffer): void => {
        if (!payload.toString().includes(`/${token}/`)) return;
        watcher?.off('message', look);
        resolve();
      };
      watcher?.on('message', look);
    });
    const printed = run(commandLine, simulatorIn('broker'), token, '-C 1', '-W 5');
    printed.catch(() => undefined);
    await Promise.race([established, printed]);
    return { printed };
  }

  async function publish(commandLine: string, token: string): Promise<void> {
    // One of the examples publishes with the wrong program.
    const corrected = commandLine.replace(/^mosquitto_sub/, 'mosquitto_pub');
    await run(corrected, simulatorIn('broker'), token, ...noPayload(commandLine));
  }

  for (const example of examples) {
    const { title, status, error, requestResponse } = example;

    if (status !== undefined && error !== undefined) {
      it(`${title}: mosquitto_pub, answered to mosquitto_sub on status`, async () => {
        const { prepare, answer, effect } = scenarioOf(example);
        const token = nextToken();
        const control = controlOf(simulatorIn('broker'), token);
        await prepare?.(control);
        const { printed } = await subscribe(status, token);
        await publish(example.publish, token);
        answer(bodyOf(await printed));
        await effect?.(control);
      });

      it(`${title}: mosquitto_pub, refused to mosquitto_sub on error`, async () => {
        const token = nextToken();
        const refusal = { statusCode: 418, reasonPhrase: 'teapot' };
        await new ControlApi(`${simulatorIn('broker').httpUrl}/api/v1`).put('faults', [
          { token, action: 'error', ...refusal, count: 1 },
        ]);
        const { printed } = await subscribe(error, token);
        await publish(example.publish, token);
        assert.deepEqual(bodyOf(await printed), refusal);
      });
    }

    if (requestResponse === undefined) continue;
    for (const mode of modes) {
      it(`${title}: mosquitto_rr in ${mode} mode`, async () => {
        const { prepare, answer, effect } = scenarioOf(example);
        const token = nextToken();
        const control = controlOf(simulatorIn(mode), token);
        await prepare?.(control);
        const printed = await run(requestResponse, simulatorIn(mode), token, '-W 5', ...noPayload(requestResponse));
        answer(bodyOf(printed));
        await effect?.(control);
      });
    }
  }

  it('Send plain data samples: mosquitto_pub', async () => {
    const token = nextToken();
    const control = controlOf(simulatorIn('broker'), token);
    const example = examples.find(({ title }) => title === 'Send plain data samples');
    assert.ok(example);
    await publish(example.publish, token);
    while (member(await control.get('telemetry/count'), 'count') === 0);
    assert.partialDeepStrictEqual(await control.get('telemetry'), [{ metric: 'temperature', sample: 200 }]);
  });
});
