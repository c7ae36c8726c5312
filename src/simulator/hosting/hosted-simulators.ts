import { isDeepStrictEqual } from 'node:util';
import { HostedSimulator, type HostedSettings, type HostedState } from './hosted-simulator.ts';

/** Who uses a simulator. */
export interface SimulatorUser {
  /** Called at once, and whenever it has changed. */
  readonly show: (state: HostedState) => void;
  readonly warn: (error: Error) => void;
}

/** Two users want different simulators on the same port. */
export class SettingsConflictError extends Error {
  constructor() {
    super(
      'another node runs a simulator on one of these ports with other settings; give both the same, or other ports',
    );
    this.name = 'SettingsConflictError';
  }
}

interface Hosted {
  readonly simulator: HostedSimulator;
  readonly users: Set<SimulatorUser>;
}

/** The simulators of this process: users with equal settings share one, which ends with the last of them. */
export class HostedSimulators {
  readonly #all = new Set<Hosted>();
  /** Resolves when everything that was ended has freed its ports. */
  #ended: Promise<unknown> = Promise.resolve();

  /** @throws {SettingsConflictError} */
  use(settings: HostedSettings, user: SimulatorUser): void {
    const same = [...this.#all].find(({ simulator }) => isDeepStrictEqual(simulator.settings, settings));
    const hosted = same ?? this.#open(settings);
    hosted.users.add(user);
    user.show(hosted.simulator.state);
  }

  /**
   * Resolves when everything is closed that this user alone has used.
   * @param successor another user is likely to come in a moment, and the simulator stays for it until `keepUsed`
   */
  async leave(user: SimulatorUser, successor: boolean): Promise<void> {
    for (const hosted of this.#all) {
      if (hosted.users.delete(user) && hosted.users.size === 0 && !successor) await this.#end(hosted);
    }
  }

  /** Ends what nobody has come for. */
  keepUsed(): void {
    for (const hosted of this.#all) if (hosted.users.size === 0) void this.#end(hosted);
  }

  #open(settings: HostedSettings): Hosted {
    const inTheWay = [...this.#all].filter(({ simulator }) =>
      portsOf(simulator.settings).some((port) => portsOf(settings).includes(port)),
    );
    if (inTheWay.some(({ users }) => users.size > 0)) throw new SettingsConflictError();
    const users = new Set<SimulatorUser>();
    const changed = (): void => {
      for (const user of users) user.show(simulator.state);
    };
    const warned = (error: Error): void => {
      for (const user of users) user.warn(error);
    };
    for (const each of inTheWay) void this.#end(each);
    const simulator = new HostedSimulator(settings, { changed, warned }, this.#ended);
    const hosted = { simulator, users };
    this.#all.add(hosted);
    return hosted;
  }

  async #end(hosted: Hosted): Promise<void> {
    this.#all.delete(hosted);
    const end = hosted.simulator.end();
    this.#ended = Promise.all([this.#ended, end]);
    await end;
  }
}

function portsOf({ mqttPort, httpPort }: HostedSettings): readonly number[] {
  return [mqttPort, httpPort];
}
