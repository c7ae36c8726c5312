/** What happens at the simulator, as it happens, and the endpoints that it knows. Everything else is fetched when shown. */
import { send } from './request.ts';
import type { Scope } from './scope.ts';
import { Signal } from './signal.ts';

export interface SimulatorInfo {
  readonly mqtt: string;
  /** Whether HTTP clients, and whether MQTT clients have to log in. */
  readonly auth: boolean;
  readonly mqttAuth: boolean;
}

export interface EndpointRow {
  readonly token: string;
  appVersion: string;
  connected: boolean;
  /** Absent while it has not spoken. */
  connection?: string;
  /** ISO 8601, UTC. */
  lastSeenAt: string;
  samples: number;
}

export interface MessageEvent {
  readonly kind: 'message';
  readonly at: string;
  readonly direction: 'in' | 'out';
  readonly connection: string;
  readonly topic: string;
  readonly appVersion?: string;
  readonly extension?: string;
  readonly token?: string;
  readonly path?: string;
  readonly requestId?: number;
  readonly qos: number;
  readonly size: number;
  readonly payload: string;
  readonly outcome?: string;
  readonly statusCode?: number;
  readonly fault?: string;
}

interface ConnectionEvent {
  readonly kind: 'connect' | 'disconnect';
  readonly at: string;
  readonly connection: string;
  readonly clientId: string;
}

interface UploadEvent {
  readonly kind: 'upload';
  readonly at: string;
  readonly token: string;
  readonly name: string;
  readonly size: number;
}

export interface ChangeEvent {
  readonly kind: 'changed';
  readonly what: 'endpoint' | 'metadata' | 'commands' | 'configuration' | 'software' | 'faults' | 'state';
  readonly token?: string;
}

interface SkippedEvent {
  readonly kind: 'skipped';
  readonly at: string;
  readonly count: number;
}

/** What the log shows. */
export type LoggedEvent = MessageEvent | ConnectionEvent | UploadEvent | SkippedEvent;

type LiveEvent = LoggedEvent | ChangeEvent;

export type LiveState = 'connecting' | 'live' | 'lost';

/** Messages that are shown in a second; the simulator counts the others. */
const messagesPerSecond = 200;

/** Milliseconds between two looks at how many samples the endpoints have. */
const countEvery = 2000;

/** Milliseconds until a stream of events that was refused is opened again. */
const reopenAfter = 2000;

/** Milliseconds until an endpoint that is new is looked at, with all that are new then. */
const discoverAfter = 400;

/** Milliseconds within which many changes of the list are shown together. */
const showTogether = 250;

export class Live {
  /** By token. */
  readonly endpoints = new Map<string, EndpointRow>();
  readonly stateChanged = new Signal<LiveState>();
  /** The list of endpoints, or what stands in it. */
  readonly endpointsChanged = new Signal<undefined>();
  readonly logged = new Signal<LoggedEvent>();
  readonly changed = new Signal<ChangeEvent>();
  /** Everything may be another: the stream of events was interrupted. */
  readonly renewed = new Signal<undefined>();
  #state: LiveState = 'connecting';
  #info: SimulatorInfo | undefined;
  readonly #show: () => void;
  readonly #count: () => void;
  readonly #discover: () => void;
  readonly #reopen: () => void;
  #source: EventSource | undefined;

  constructor(scope: Scope) {
    this.#show = scope.together(showTogether, () => this.endpointsChanged.emit(undefined));
    this.#count = scope.together(countEvery, () => void this.#load());
    this.#discover = scope.together(discoverAfter, () => void this.#load());
    this.#reopen = scope.together(reopenAfter, () => this.#open());
    this.#open();
    scope.atEnd(() => this.#source?.close());
  }

  #open(): void {
    const source = new EventSource(`/api/v1/events?limit=${messagesPerSecond}`);
    source.addEventListener('open', () => void this.#renew());
    source.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data)) as LiveEvent));
    source.addEventListener('error', () => {
      this.#become('lost');
      // It comes back by itself where the connection broke, but not where something else answered.
      if (source.readyState === EventSource.CLOSED) this.#reopen();
    });
    this.#source = source;
  }

  /** Undefined before the simulator has answered for the first time. */
  get info(): SimulatorInfo | undefined {
    return this.#info;
  }

  get auth(): boolean {
    return this.#info?.auth ?? false;
  }

  async #renew(): Promise<void> {
    try {
      this.#info = (await send({ method: 'GET', path: 'simulator' })) as SimulatorInfo;
      await this.#load();
      this.#become('live');
      this.renewed.emit(undefined);
    } catch {
      // The stream ends too, and is opened again by itself.
      this.#become('lost');
    }
  }

  async #load(): Promise<void> {
    const rows = (await send({ method: 'GET', path: 'endpoints' }).catch(() => undefined)) as EndpointRow[] | undefined;
    if (rows === undefined) return;
    this.endpoints.clear();
    for (const each of rows) this.endpoints.set(each.token, each);
    this.#show();
  }

  #take(event: LiveEvent): void {
    if (event.kind === 'changed') this.#takeChange(event);
    else {
      if (event.kind === 'message') this.#takeMessage(event);
      else if (event.kind === 'disconnect') this.#takeDisconnect(event.connection);
      else if (event.kind === 'skipped') this.#count();
      this.logged.emit(event);
    }
  }

  #takeChange(event: ChangeEvent): void {
    if (event.what === 'state') {
      this.endpoints.clear();
      this.#show();
      this.#discover();
    } else if (event.what === 'endpoint') this.#discover();
    this.changed.emit(event);
  }

  #takeMessage({ direction, token, appVersion = '', at, connection, extension, outcome }: MessageEvent): void {
    if (direction === 'out' || token === undefined || outcome === 'ignored') return;
    const known = this.endpoints.get(token);
    if (known === undefined) this.#discover();
    else {
      Object.assign(known, { appVersion, connection, connected: true, lastSeenAt: at });
      // How many samples a message had is known to the simulator only.
      if (extension === 'dcx') this.#count();
    }
    this.#show();
  }

  #takeDisconnect(connection: string): void {
    for (const each of this.endpoints.values()) if (each.connection === connection) each.connected = false;
    this.#show();
  }

  #become(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.stateChanged.emit(state);
  }
}
