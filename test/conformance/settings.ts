/** Where conformance is asked for: the simulator in each of its settings. */
import type { Context, Suite } from 'mocha';
import { readCommandLine } from '../../src/simulator/command-line-options.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { platforms, type PlatformKind, type TestPlatform } from '../support/platforms.ts';
import { Endpoint } from './endpoint.ts';

/** A platform during one suite, and the endpoints that its tests connect to it. */
export class Setting {
  readonly #kind: PlatformKind;
  readonly #endpoints: Endpoint[] = [];
  #platform: TestPlatform | undefined;

  constructor(kind: PlatformKind) {
    this.#kind = kind;
  }

  get platform(): TestPlatform {
    if (this.#platform === undefined) throw new Error(`${this.#kind.name} is not running`);
    return this.#platform;
  }

  /** False where the machine has no such thing. */
  async start(): Promise<boolean> {
    this.#platform = await this.#kind.start();
    return this.#platform !== undefined;
  }

  async stop(): Promise<void> {
    await this.#platform?.close();
  }

  /** Connects an endpoint for the running test, with a token never used if none is given. */
  async endpoint(token?: string): Promise<Endpoint> {
    const endpoint = await Endpoint.connect(this.platform, token);
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  async disconnect(): Promise<void> {
    await Promise.all(this.#endpoints.splice(0).map((endpoint) => endpoint.close()));
  }
}

function onPlatform(kind: PlatformKind, define: (setting: Setting) => void): void {
  describe(kind.name, function suite(this: Suite) {
    this.timeout(5000);
    const setting = new Setting(kind);
    before(async function start(this: Context) {
      if (!(await setting.start())) this.skip();
    });
    afterEach(() => setting.disconnect());
    after(() => setting.stop());
    define(setting);
  });
}

/** Defines the same tests for both modes of the embedded broker and for the simulator behind Mosquitto. */
export function onEveryPlatform(title: string, define: (setting: Setting) => void): void {
  describe(title, () => {
    for (const kind of platforms) onPlatform(kind, define);
  });
}

/** Defines tests for a simulator started with these arguments of its command line. */
export function onSimulatorWith(args: readonly string[], define: (setting: Setting) => void): void {
  const start = async (): Promise<TestPlatform> => {
    const simulator = await startSimulator({ ...readCommandLine(args).simulator, mqttPort: 0, httpPort: 0 });
    const close = (): Promise<void> => simulator.close();
    return { simulator, url: simulator.mqttUrl, stopBroker: close, close };
  };
  onPlatform({ name: `the simulator with ${args.join(' ') || 'its defaults'}`, start }, define);
}
