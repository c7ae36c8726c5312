/** The flow nodes that use a kaa-endpoint, as those who are told of what belongs to no message of theirs. */
import type { EndpointAddress } from '../client/channel.ts';
import type { FlowMessage } from './messages.ts';

export interface EndpointUser {
  readonly nodeId: string;
  /** The id of the tab or subflow that the node is on. */
  readonly flowId: string;
  /** Tells Catch of an error, with a new message that has these properties. */
  raise(address: EndpointAddress | undefined, error: Error, properties?: Partial<FlowMessage>): void;
  /** What waits on disk, or why it waits, has changed. */
  storeChanged(): void;
}

export class EndpointUsers {
  readonly #users = new Map<string, EndpointUser>();

  get size(): number {
    return this.#users.size;
  }

  add(user: EndpointUser): void {
    this.#users.set(user.nodeId, user);
  }

  delete({ nodeId }: EndpointUser): void {
    this.#users.delete(nodeId);
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
