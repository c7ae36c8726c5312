/** The flow nodes that use a kaa-endpoint: they are told of its connection, and of what belongs to no message of theirs. */
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { ConnectionStatus } from '../client/connection.ts';
import type { FlowMessage } from './messages.ts';

export interface EndpointUser extends Sender {
  readonly nodeId: string;
  /** The id of the tab or subflow that the node is on. */
  readonly flowId: string;
  statusChanged(status: ConnectionStatus): void;
  /** What is wrong with the connection has changed. */
  troubleChanged(): void;
  /** What waits on disk, or why it waits, has changed. */
  storeChanged(): void;
  /** Tells Catch of an error, with a new message that has these properties. */
  raise(address: EndpointAddress | undefined, error: Error, properties?: Partial<FlowMessage>): void;
}

export class EndpointUsers {
  readonly #users = new Map<string, EndpointUser>();
  #whenNone: (() => void)[] = [];

  get size(): number {
    return this.#users.size;
  }

  has(nodeId: string): boolean {
    return this.#users.has(nodeId);
  }

  add(user: EndpointUser): void {
    this.#users.set(user.nodeId, user);
  }

  /** False where it is none of them. */
  delete(user: EndpointUser): boolean {
    if (this.#users.get(user.nodeId) !== user) return false;
    this.#users.delete(user.nodeId);
    if (this.#users.size > 0) return true;
    const callbacks = this.#whenNone;
    this.#whenNone = [];
    for (const callback of callbacks) callback();
    return true;
  }

  /** Resolves when there is no user any more, or after `deadline` milliseconds. */
  async gone(deadline: number): Promise<void> {
    if (this.#users.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, deadline);
      this.#whenNone.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  statusChanged(status: ConnectionStatus): void {
    for (const user of this.#users.values()) user.statusChanged(status);
  }

  troubleChanged(): void {
    for (const user of this.#users.values()) user.troubleChanged();
  }

  storeChanged(): void {
    for (const user of this.#users.values()) user.storeChanged();
  }

  /**
   * Raises an error with the node that it belongs to; where that has gone, or there is none, with one node of each flow,
   * so that no Catch node hears of it twice. False where there is no node at all.
   */
  raise(
    nodeId: string | undefined,
    address: EndpointAddress | undefined,
    error: Error,
    properties?: Partial<FlowMessage>,
  ): boolean {
    const owner = nodeId === undefined ? undefined : this.#users.get(nodeId);
    const one = new Map([...this.#users.values()].map((user) => [user.flowId, user]));
    for (const user of owner === undefined ? one.values() : [owner]) user.raise(address, error, properties);
    return this.#users.size > 0;
  }
}
