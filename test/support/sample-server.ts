/** A Kaa server for telemetry alone, which misbehaves as it is told, sample by sample. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { parseTopic } from '../../src/protocol/topic.ts';
import { freePort } from './mosquitto.ts';

export type Sample = Readonly<Record<string, unknown>>;

/** A status of 400 or more refuses the message; `silence`: it is processed, and not answered. */
export type Verdict = number | 'silence';

export class SampleServer {
  /** What was accepted of each token, in order. */
  readonly accepted = new Map<string, Sample[]>();
  /** How many samples each message had. */
  readonly sizes: number[] = [];
  /** Milliseconds until an answer goes out. */
  delay = 0;
  verdict: (samples: readonly Sample[], token: string) => Verdict = () => 200;
  readonly port: number;
  readonly #sockets = new Set<Socket>();
  #aedes: Aedes | undefined;
  #server: Server | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<SampleServer> {
    const server = new SampleServer(await freePort());
    await server.run();
    return server;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** The numbers that the samples of a token have as `i`. */
  numbers(token: string): readonly number[] {
    return (this.accepted.get(token) ?? []).map(({ i }) => Number(i));
  }

  async run(): Promise<void> {
    const aedes = await Aedes.createBroker();
    aedes.authorizePublish = (client, { topic, payload }, done) => {
      done(null);
      const parsed = parseTopic(topic);
      if (parsed?.kind !== 'request' || client === null) return;
      const status = this.#receive(parsed.token, payload.toString());
      if (status === 'silence' || parsed.requestId === undefined) return;
      const answer = status < 400 ? '' : JSON.stringify({ statusCode: status, reasonPhrase: 'refused' });
      const packet = { cmd: 'publish', qos: 0, dup: false, retain: false, payload: answer } as const;
      setTimeout(() => {
        if (!client.closed)
          client.publish({ ...packet, topic: `${topic}/${status < 400 ? 'status' : 'error'}` }, () => {});
      }, this.delay);
    };
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      aedes.handle(socket);
    });
    this.#aedes = aedes;
    this.#server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
  }

  /** Ends as if it was killed. */
  async stop(): Promise<void> {
    const [server, aedes] = [this.#server, this.#aedes];
    this.#server = undefined;
    this.#aedes = undefined;
    if (server === undefined || aedes === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await new Promise<void>((resolve) => {
      aedes.close(resolve);
    });
  }

  #receive(token: string, text: string): Verdict {
    const body = JSON.parse(text) as Sample | readonly Sample[];
    const samples = Array.isArray(body) ? (body as readonly Sample[]) : [body as Sample];
    this.sizes.push(samples.length);
    const verdict = this.verdict(samples, token);
    if (verdict === 'silence' || verdict < 400) {
      const accepted = this.accepted.get(token) ?? [];
      accepted.push(...samples);
      this.accepted.set(token, accepted);
    }
    return verdict;
  }
}
