import { isDeepStrictEqual } from 'node:util';
import { HostedSimulator, type HostedSettings, type HostedState } from './hosted-simulator.ts';

/** Who uses a simulator. */
export interface SimulatorUser {
  /** Called at once, and whenever it has changed. */
  readonly show: (state: HostedState) => void;
  readonly warn: (error: Error) => void;
}

/** Two users want different simulators on the same port, or with the same state file. */
export class SettingsConflictError extends Error {
  constructor() {
    super(
      'another node runs a simulator on one of these ports, or with this state file, and has other settings; ' +
        'give both nodes the same settings, or other ports and files',
    );
    this.name = 'SettingsConflictError';
  }
}

interface Hosted {
  readonly simulator: HostedSimulator;
  readonly users: Set<SimulatorUser>;
}

/**
 * The simulators of this process: users with equal settings share one, which ends with the last of them. Who wants other
 * settings on the same ports has to wait for that.
 */
export class HostedSimulators {
  readonly #all = new Set<Hosted>();
  readonly #waiting = new Map<SimulatorUser, HostedSettings>();
  /** Resolves when everything that was ended has freed its ports. */
  #ended: Promise<unknown> = Promise.resolve();

  use(settings: HostedSettings, user: SimulatorUser): void {
    if (this.#join(settings, user)) return;
    this.#waiting.set(user, settings);
    const isTaken = this.#inTheWayOf(settings).some(({ users }) => users.size > 0);
    // What nobody uses any more ends in a moment.
    user.show(isTaken ? { name: 'failed', error: new SettingsConflictError() } : { name: 'starting' });
  }

  /**
   * Resolves when everything is closed that this user alone has used.
   * @param successor another user is likely to come in a moment, and the simulator stays for it until `keepUsed`
   */
  async leave(user: SimulatorUser, successor: boolean): Promise<void> {
    this.#waiting.delete(user);
    for (const hosted of this.#all) {
      if (hosted.users.delete(user) && hosted.users.size === 0 && !successor) await this.#end(hosted);
    }
  }

  /** Ends what nobody has come for. */
  keepUsed(): void {
    for (const hosted of this.#all) if (hosted.users.size === 0) void this.#end(hosted);
  }

  #join(settings: HostedSettings, user: SimulatorUser): boolean {
    const same = [...this.#all].find(({ simulator }) => isDeepStrictEqual(simulator.settings, settings));
    if (same === undefined && this.#inTheWayOf(settings).length > 0) return false;
    const hosted = same ?? this.#open(settings);
    hosted.users.add(user);
    user.show(hosted.simulator.state);
    return true;
  }

  #inTheWayOf(settings: HostedSettings): Hosted[] {
    return [...this.#all].filter(({ simulator }) => conflict(simulator.settings, settings));
  }

  #open(settings: HostedSettings): Hosted {
    const users = new Set<SimulatorUser>();
    const changed = (): void => {
      for (const user of users) user.show(simulator.state);
    };
    const warned = (error: Error): void => {
      for (const user of users) user.warn(error);
    };
    const simulator = new HostedSimulator(settings, { changed, warned }, this.#ended);
    const hosted = { simulator, users };
    this.#all.add(hosted);
    return hosted;
  }

  async #end(hosted: Hosted): Promise<void> {
    this.#all.delete(hosted);
    const end = hosted.simulator.end();
    this.#ended = Promise.all([this.#ended, end]);
    for (const [user, settings] of this.#waiting) if (this.#join(settings, user)) this.#waiting.delete(user);
    await end;
  }
}

function conflict(one: HostedSettings, other: HostedSettings): boolean {
  const ports = new Set([one.mqttPort, one.httpPort, other.mqttPort, other.httpPort]);
  return ports.size < 4 || (one.stateFile !== undefined && one.stateFile === other.stateFile);
}
