/** A contender with a server of its own, which knows no more than its endpoints. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup } from '../cleanup.ts';
import type { Contender } from '../contenders/contender.ts';
import type { Options } from '../options.ts';
import type { Measurement } from '../orders.ts';
import { type Server, startServer } from '../servers.ts';
import { type GatewayName, startGateway } from './contenders.ts';
import { tokensOf } from './endpoints.ts';
import { acceptedConnect, awaitObserved, type Observations } from './observations.ts';

/** Samples outstanding. */
export const sampleWindow = 64;

/** Milliseconds for the last answers to be worked off. */
const rest = 100;

export interface Connect extends Observations {
  /** Microseconds of CPU time of the contender, for what comes before the connection too. */
  readonly cpu: number;
}

export class RunningGateway {
  readonly contender: Contender;
  readonly firstConnect: Connect;
  readonly #server: Server;
  readonly #tokens: readonly string[];

  private constructor(server: Server, contender: Contender, tokens: readonly string[], firstConnect: Connect) {
    this.contender = contender;
    this.firstConnect = firstConnect;
    this.#server = server;
    this.#tokens = tokens;
  }

  /** Resolves when it observes all its endpoints. */
  static async start(name: GatewayName, endpoints: number, cleanup: Cleanup): Promise<RunningGateway> {
    const server = await startServer('embedded', cleanup);
    if (server === undefined) throw new Error('the simulator could not be started');
    const gateway = { url: server.url, endpoints };
    const tokens = tokensOf(gateway);
    const starting = Promise.withResolvers<Contender>();
    const acceptedAt = await acceptedConnect(server, async () => {
      starting.resolve(await startGateway(name, gateway, cleanup));
    });
    const contender = await starting.promise;
    const observations = await awaitObserved(server, tokens, acceptedAt);
    await sleep(rest);
    const { cpu } = await contender.state();
    return new RunningGateway(server, contender, tokens, { ...observations, cpu: cpu - contender.startUpCpu });
  }

  /** Loses its connection; resolves when it observes all its endpoints again. */
  async reconnect(): Promise<Connect> {
    await this.#disconnectAtNextSample();
    const before = await this.contender.state();
    const acceptedAt = await acceptedConnect(this.#server, () => this.contender.send(1));
    const observations = await awaitObserved(this.#server, this.#tokens, acceptedAt);
    await sleep(rest);
    const after = await this.contender.state();
    return { ...observations, cpu: after.cpu - before.cpu };
  }

  /** Sends samples of all its endpoints in turn. */
  async send({ seconds, warmUpSeconds }: Pick<Options, 'seconds' | 'warmUpSeconds'>): Promise<Measurement> {
    return this.contender.measure({
      window: sampleWindow,
      warmUpMilliseconds: warmUpSeconds * 1000,
      // Each endpoint subscribes before its first sample.
      warmUpTrips: this.#tokens.length,
      milliseconds: seconds * 1000,
      watchLoop: false,
    });
  }

  /** CPU time in percent of a core while nothing is sent, when V8 has tidied up behind the connect: it does that once. */
  async idle({ idleSeconds, tidyingSeconds }: Pick<Options, 'idleSeconds' | 'tidyingSeconds'>): Promise<number> {
    await sleep(tidyingSeconds * 1000);
    const before = await this.contender.state();
    await sleep(idleSeconds * 1000);
    const after = await this.contender.state();
    return (after.cpu - before.cpu) / idleSeconds / 10_000;
  }

  async stop(): Promise<void> {
    await this.contender.stop();
    await this.#server.stop();
  }

  async #disconnectAtNextSample(): Promise<void> {
    const faults = [{ action: 'disconnect', extension: 'dcx', count: 1 }];
    const response = await fetch(`${this.#server.controlUrl}/faults`, { method: 'PUT', body: JSON.stringify(faults) });
    if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${await response.text()}`);
  }
}
