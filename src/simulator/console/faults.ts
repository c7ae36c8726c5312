import { type ApiRequest, send } from './request.ts';
import type { Live } from './live.ts';
import type { Scope } from './scope.ts';
import { Signal } from './signal.ts';

/** A misbehaviour on demand, as the control API takes it. */
export interface Fault {
  readonly action: 'drop' | 'delay' | 'error' | 'disconnect';
  readonly extension?: string;
  readonly resource?: string;
  readonly token?: string;
  readonly probability?: number;
  readonly count?: number;
  readonly delayMs?: number;
  readonly statusCode?: number;
  readonly reasonPhrase?: string;
}

export interface Preset {
  readonly label: string;
  /** What the banner says while it is in force. */
  readonly banner: string;
  readonly explanation: string;
  readonly faults: readonly Fault[];
}

export const cutConnection: Preset = {
  label: 'Cut the connection',
  banner: 'The connection is cut: every client that speaks is disconnected.',
  explanation: 'Every client that speaks is disconnected, until all is well again.',
  faults: [{ action: 'disconnect' }],
};

export const presets: readonly Preset[] = [
  cutConnection,
  {
    label: 'Go silent',
    banner: 'The platform is silent: it takes messages and answers none.',
    explanation: 'Clients stay connected, but nothing is answered.',
    faults: [{ action: 'drop' }],
  },
  {
    label: 'Slow down',
    banner: 'The platform is slow: every answer takes 2 s.',
    explanation: 'Every answer takes 2 seconds.',
    faults: [{ action: 'delay', delayMs: 2000 }],
  },
  {
    label: 'Refuse everything',
    banner: 'The platform refuses everything with 500.',
    explanation: 'Every request is answered with the error 500.',
    faults: [{ action: 'error', statusCode: 500 }],
  },
];

export const endFaults: ApiRequest = { method: 'DELETE', path: 'faults' };

export function putFaults(faults: readonly Fault[]): ApiRequest {
  return { method: 'PUT', path: 'faults', body: faults };
}

/** The faults in force, up to date. */
export class Faults {
  readonly changed = new Signal<undefined>();
  #list: readonly Fault[] = [];
  #cutAt: number | undefined;
  #restoredAt: number | undefined;

  constructor(live: Live, scope: Scope) {
    const load = (): void => void this.#load();
    scope.on(live.renewed, load);
    scope.on(live.changed, ({ what }) => {
      if (what === 'faults') load();
    });
  }

  get list(): readonly Fault[] {
    return this.#list;
  }

  /** When the connection was cut last, in milliseconds since 1970; undefined where it has not been. */
  get cutAt(): number | undefined {
    return this.#cutAt;
  }

  /** When it was restored; undefined while it is cut. */
  get restoredAt(): number | undefined {
    return this.#restoredAt;
  }

  async #load(): Promise<void> {
    const list = await send({ method: 'GET', path: 'faults' }).catch(() => undefined);
    if (list !== undefined) this.took(list);
  }

  /** Takes what the simulator answered to a change: what is changed next must not be based on what was before. */
  took(list: unknown): void {
    const wasCut = isCut(this.#list);
    this.#list = list as readonly Fault[];
    if (!wasCut && isCut(this.#list)) [this.#cutAt, this.#restoredAt] = [Date.now(), undefined];
    if (wasCut && !isCut(this.#list)) this.#restoredAt = Date.now();
    this.changed.emit(undefined);
  }
}

function isCut(faults: readonly Fault[]): boolean {
  return faults.some(({ action }) => action === 'disconnect');
}

/** Of 100, with one decimal. @param probability 0 to 1 */
export function percent(probability: number): number {
  return Math.round(probability * 1000) / 10;
}

/** A fault in words. */
export function describeFault({
  action,
  extension,
  resource,
  token,
  probability,
  count,
  delayMs,
  statusCode,
  reasonPhrase,
}: Fault): string {
  const what = {
    drop: 'ignores',
    delay: `answers after ${delayMs ?? 0} ms`,
    error: `refuses with ${statusCode ?? 500}${reasonPhrase === undefined ? '' : ` ${reasonPhrase}`}`,
    disconnect: 'disconnects the sender of',
  }[action];
  const where = [extension, resource].filter((part) => part !== undefined).join('/');
  const requests = where === '' ? 'every request' : `requests on ${where}`;
  const whose = token === undefined ? '' : ` of ${token}`;
  const often = probability === undefined ? '' : `, ${percent(probability)} % of them`;
  const left = count === undefined ? '' : `, ${count} more time${count === 1 ? '' : 's'}`;
  const object =
    action === 'delay' || action === 'error' ? `${requests}${whose}: ${what}` : `${what} ${requests}${whose}`;
  return `${object}${often}${left}`;
}
