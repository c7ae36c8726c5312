/** A plant that feeds samples over HTTP into a stored telemetry node of a real Node-RED, and what Kaa must have of them. */
import assert from 'node:assert/strict';
import type { FlowNode, NodeRed } from './node-red.ts';
import type { SampleServer } from './sample-server.ts';
import { until } from './until.ts';

/** The endpoint's own token; samples of the others name theirs. */
export const ownToken = 'own-secret';

export const tokens = [ownToken, 'press-secret', 'oven-secret'] as const;

const feedCode = `
  const { token, sample } = msg.payload;
  msg.payload = sample;
  if (token !== '${ownToken}') msg.token = token;
  return msg;`;

/** Errors of messages are answered; those of samples stored earlier are kept to be asked for. */
const caughtCode = `
  const { code, cause } = msg.error;
  if (msg.res) return { ...msg, statusCode: 500, payload: { code } };
  const caught = global.get('caught') ?? [];
  caught.push({ code, cause, payload: msg.payload, token: msg.token });
  global.set('caught', caught);`;

export interface CaughtSample {
  readonly code: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly token?: string;
}

function httpIn(url: string, method: string, next: string): FlowNode {
  return { id: url.slice(1), type: 'http in', z: 'tab', x: 0, y: 0, url, method, wires: [[next]] };
}

function code(id: string, func: string, next: string): FlowNode {
  return { id, type: 'function', z: 'tab', x: 0, y: 0, func, outputs: 1, wires: [[next]] };
}

/** The flow, with its endpoint at a server. */
export function plantFlow(url: string, endpoint: object = {}, token: string = ownToken): FlowNode[] {
  const store = { delivery: 'stored', timestamp: 'epoch', wires: [['answer']] };
  return [
    { id: 'tab', type: 'tab', label: 'Plant' },
    {
      id: 'endpoint',
      type: 'kaa-endpoint',
      url,
      appVersion: 'v1',
      requestTimeout: '1',
      ...endpoint,
      credentials: { token },
    },
    httpIn('/feed', 'post', 'take'),
    code('take', feedCode, 'store'),
    { id: 'store', type: 'kaa-telemetry', z: 'tab', x: 0, y: 0, endpoint: 'endpoint', ...store },
    { id: 'catch', type: 'catch', z: 'tab', x: 0, y: 0, scope: ['store'], wires: [['sort']] },
    code('sort', caughtCode, 'answer'),
    httpIn('/caught', 'get', 'report'),
    code('report', `msg.payload = global.get('caught') ?? []; global.set('caught', []); return msg;`, 'answer'),
    { id: 'answer', type: 'http response', z: 'tab', x: 0, y: 0, wires: [] },
  ];
}

/** Feeds samples, one after the other for each token; `i` counts those of a token. */
export class Plant {
  readonly #nodeRed: NodeRed;
  readonly #next = new Map<string, number>();
  /** By token: the numbers of the samples that were accepted, and between which times. */
  readonly #accepted = new Map<string, { i: number; from: number; to: number }[]>();
  #feeding: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(nodeRed: NodeRed) {
    this.#nodeRed = nodeRed;
  }

  /** Waits until the flow runs: a deploy is answered before it does. */
  async ready(): Promise<void> {
    const isRunning = (): Promise<boolean> =>
      fetch(`${this.#nodeRed.url}/caught`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isRunning()));
  }

  get accepted(): number {
    return [...this.#accepted.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** Feeds until `stop`. */
  start(): void {
    this.#stopped = false;
    this.#feeding = Promise.all(tokens.map((token) => this.#feedAll(token)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#feeding;
  }

  /** Waits until so many more were accepted. */
  async more(count: number): Promise<void> {
    const enough = this.accepted + count;
    await until(() => this.accepted >= enough);
  }

  /** Feeds one sample; tells what was answered: 200, another status with its code, or nothing. */
  async feed(token: string): Promise<{ status: number; code?: string } | undefined> {
    const i = (this.#next.get(token) ?? 0) + 1;
    this.#next.set(token, i);
    const from = Date.now();
    try {
      const response = await fetch(`${this.#nodeRed.url}/feed`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token, sample: { i } }),
        // A deploy may replace the nodes that would answer.
        signal: AbortSignal.timeout(2000),
      });
      const answer = (await response.json()) as { code?: string };
      if (response.status !== 200) return { status: response.status, ...answer };
      const accepted = this.#accepted.get(token) ?? [];
      accepted.push({ i, from, to: Date.now() });
      this.#accepted.set(token, accepted);
      return { status: 200 };
    } catch {
      return undefined;
    }
  }

  /** What Catch got of samples that were stored before, since this was asked last. */
  async caught(): Promise<readonly CaughtSample[]> {
    return (await (await fetch(`${this.#nodeRed.url}/caught`)).json()) as readonly CaughtSample[];
  }

  /** Waits until everything that was accepted is at the server, under these tokens. */
  async delivered(
    server: SampleServer,
    nameOf: (token: string) => readonly string[] = (token) => [token],
  ): Promise<void> {
    await until(() =>
      tokens.every((token) => {
        const arrived = new Set(nameOf(token).flatMap((name) => server.numbers(name)));
        return (this.#accepted.get(token) ?? []).every(({ i }) => arrived.has(i));
      }),
    );
  }

  /**
   * Nothing that was accepted is missing, the order per token holds, and each was stamped when it came in.
   * @param mostRepeated samples of a token that may have come twice
   */
  check(server: SampleServer, mostRepeated: number): void {
    for (const token of tokens) {
      const arrived = server.accepted.get(token) ?? [];
      const first = new Map<number, number>();
      for (const sample of arrived)
        if (!first.has(Number(sample['i']))) first.set(Number(sample['i']), Number(sample['timestamp']));
      const numbers = [...first.keys()];
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
        `order of ${token}`,
      );
      for (const { i, from, to } of this.#accepted.get(token) ?? []) {
        const stamp = first.get(i);
        assert.ok(stamp !== undefined, `sample ${i} of ${token} is missing`);
        assert.ok(stamp >= from && stamp <= to, `sample ${i} of ${token} was stamped at another time`);
      }
      const repeated = arrived.length - first.size;
      assert.ok(repeated <= mostRepeated, `${repeated} samples of ${token} came twice`);
    }
  }

  async #feedAll(token: string): Promise<void> {
    while (!this.#stopped) {
      const answer = await this.feed(token);
      // Node-RED is not there at the moment.
      if (answer === undefined)
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
    }
  }
}
