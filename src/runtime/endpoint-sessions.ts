/**
 * The sessions of this process by the id of their kaa-endpoint node. They live here and not in the node, which every
 * deploy replaces: one whose settings are unchanged is handed over. A session begins with its first user and ends with
 * its last, except that a deploy may bring another user in a moment.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Log } from './connection-log.ts';
import type { Deploys } from './deploys.ts';
import type { Endpoint } from './endpoint.ts';
import { closeDeadline, EndpointSession, type SessionSurroundings } from './endpoint-session.ts';
import type { EndpointUser } from './endpoint-users.ts';

export class EndpointSessions {
  readonly #deploys: Pick<Deploys, 'underWay'>;
  readonly #sessions = new Map<string, EndpointSession>();
  readonly #compared = new Set<EndpointSession>();

  constructor(deploys: Pick<Deploys, 'underWay'>) {
    this.#deploys = deploys;
  }

  /** The sessions that have not ended, by the id of their node. */
  *running(): Iterable<readonly [nodeId: string, session: EndpointSession]> {
    for (const entry of this.#sessions) if (!entry[1].isEnding) yield entry;
  }

  /** The one of a node, unless it has ended. */
  find(nodeId: string): EndpointSession | undefined {
    const session = this.#sessions.get(nodeId);
    return session?.isEnding === false ? session : undefined;
  }

  /**
   * The session of an endpoint, connecting if `user` is its first. Where the settings have changed since, the old
   * session ends before the new one connects.
   * @param surroundings gives what a new one needs
   */
  register(
    nodeId: string,
    endpoint: Endpoint,
    log: Log,
    user: EndpointUser,
    surroundings: () => SessionSurroundings,
  ): EndpointSession {
    const known = this.#sessions.get(nodeId);
    const isSame = known !== undefined && !known.isEnding && isDeepStrictEqual(known.endpoint, endpoint);
    if (isSame) {
      known.adopt(log);
      known.users.add(user);
      return known;
    }
    // Whoever has paused it is likely to be mending its settings.
    const isHeld = known?.forwarder.held === true;
    const session = new EndpointSession(endpoint, log, surroundings(), known?.end(closeDeadline));
    session.users.add(user);
    if (isHeld) session.forwarder.hold();
    this.#sessions.set(nodeId, session);
    session.open();
    return session;
  }

  /** Looks for sessions that would take something away from this one, when all have said what they speak for. */
  compareSoon(session: EndpointSession): void {
    if (this.#compared.size === 0) setImmediate(() => this.#compare());
    this.#compared.add(session);
  }

  /** A node is about to close. Where it is likely to be replaced, what comes for it waits for its successor. */
  leaving({ client }: EndpointSession): void {
    if (this.#deploys.underWay) client.holdPushes();
  }

  /**
   * Leaves. The last user's leaving ends the session, unless a deploy is under way. Resolves when `user` need not wait
   * any more.
   * @param deadline milliseconds that this may take
   */
  async deregister(nodeId: string, session: EndpointSession, user: EndpointUser, deadline: number): Promise<void> {
    session.client.forget(user);
    if (!session.users.delete(user)) return;
    if (session.users.size === 0 && !this.#deploys.underWay) await this.#end(nodeId, session, deadline);
  }

  /** The endpoint is gone for good: its users may send their last messages, then the session ends, within the deadline. */
  async end(nodeId: string): Promise<void> {
    const session = this.#sessions.get(nodeId);
    if (session === undefined) return;
    const started = performance.now();
    await session.users.gone(closeDeadline);
    await this.#end(nodeId, session, Math.max(0, closeDeadline - (performance.now() - started)));
  }

  /** A deploy is over: what is used goes on, and what nobody came for ends. */
  deployOver(): void {
    for (const [nodeId, session] of this.#sessions) {
      if (session.users.size > 0) session.deployOver();
      else void this.#end(nodeId, session, closeDeadline);
    }
  }

  #compare(): void {
    for (const one of this.#compared) for (const other of this.#sessions.values()) one.compareWith(other);
    this.#compared.clear();
  }

  async #end(nodeId: string, session: EndpointSession, deadline: number): Promise<void> {
    await session.end(deadline);
    if (this.#sessions.get(nodeId) === session) this.#sessions.delete(nodeId);
  }
}
