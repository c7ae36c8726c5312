import { isDeepStrictEqual } from 'node:util';
import { asError, KaaConfigError } from '../../protocol/errors.ts';
import { wording } from '../../protocol/wording.ts';
import { opennessWarning } from '../network/address.ts';
import { ListenError } from '../network/listener.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator.ts';
import { findSimulator, type FoundSimulator } from './find-simulator.ts';

export interface HostedSettings extends Pick<SimulatorOptions, 'mode' | 'stateFile' | 'auth'> {
  /** 1 to 65,535. */
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly host: string;
}

/** What a hosted simulator does at the moment. */
export type HostedState =
  | { readonly name: 'starting' }
  /** It runs here, or another program has one on the same ports, which is used instead. */
  | ({ readonly name: 'running' | 'elsewhere' } & FoundSimulator)
  /** It is tried again. */
  | { readonly name: 'failed'; readonly error: Error };

export interface HostedListener {
  /** `state` has changed. */
  readonly changed: () => void;
  /** It runs, but something about it does not work. */
  readonly warned: (error: Error) => void;
}

/** Milliseconds between two looks at how many endpoints are connected. */
const lookEvery = 2000;

/** Milliseconds until a simulator that could not be started is tried again. */
const retryAfter = 2000;

/** A simulator that runs inside another program, as long as somebody uses it; it starts by itself when it can. */
export class HostedSimulator {
  readonly settings: HostedSettings;
  readonly #listener: HostedListener;
  readonly #ending = new AbortController();
  #state: HostedState = { name: 'starting' };
  #simulator: Simulator | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What is under way; it never fails. */
  #step: Promise<void>;

  /** @param previous it starts when this is over */
  constructor(settings: HostedSettings, listener: HostedListener, previous: Promise<unknown>) {
    this.settings = settings;
    this.#listener = listener;
    this.#step = previous.then(() => this.#start());
  }

  get state(): HostedState {
    return this.#state;
  }

  /** Closes the simulator; the ports are free when this resolves. May be called again. */
  async end(): Promise<void> {
    this.#ending.abort();
    clearTimeout(this.#timer);
    await this.#step;
    await this.#simulator?.close();
  }

  async #start(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    try {
      this.#simulator = await startSimulator({ ...this.settings, onStateFileError: this.#listener.warned });
      const { host, auth } = this.settings;
      const warning = opennessWarning(host, auth !== undefined);
      if (warning !== undefined) this.#listener.warned(new Error(warning));
      this.#look(this.#simulator);
    } catch (error) {
      if (error instanceof ListenError && error.taken) await this.#share(error.port);
      else this.#fail(asError(error));
    }
  }

  /** @param port that is taken, by another simulator or by something else */
  async #share(port: number): Promise<void> {
    const found = await this.#findOther();
    if (found === undefined) this.#fail(new KaaConfigError(wording('config.portTaken', { port })));
    else this.#use(found);
  }

  #look(simulator: Simulator): void {
    const { mqttUrl, httpUrl, platform } = simulator;
    this.#become({ name: 'running', mqttUrl, httpUrl, connected: platform.endpoints.countConnected() });
    this.#after(lookEvery, () => this.#look(simulator));
  }

  #fail(error: Error): void {
    this.#become({ name: 'failed', error });
    this.#after(retryAfter, () => {
      this.#step = this.#start();
    });
  }

  #use(found: FoundSimulator): void {
    this.#become({ name: 'elsewhere', ...found });
    this.#after(lookEvery, () => {
      this.#step = this.#follow();
    });
  }

  /** The other one may end at any time; then it is our turn. */
  async #follow(): Promise<void> {
    const found = await this.#findOther();
    if (found === undefined) await this.#start();
    else this.#use(found);
  }

  async #findOther(): Promise<FoundSimulator | undefined> {
    return findSimulator(this.settings, this.#ending.signal);
  }

  #become(state: HostedState): void {
    if (isDeepStrictEqual(state, this.#state)) return;
    this.#state = state;
    if (!this.#ending.signal.aborted) this.#listener.changed();
  }

  #after(milliseconds: number, action: () => void): void {
    if (!this.#ending.signal.aborted) this.#timer = setTimeout(action, milliseconds);
  }
}
