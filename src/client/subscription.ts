/** Filters that are subscribed together; the channels that need them may share them. */
export class Subscription<Channel> {
  readonly filters: readonly string[];
  readonly channels = new Set<Channel>();
  state: 'idle' | 'requested' | 'granted' = 'idle';

  constructor(filters: readonly string[]) {
    this.filters = filters;
  }
}
