/**
 * What turns aedes from a broker into something like Kaa's own server: it acknowledges every SUBSCRIBE
 * and needs none, forwards nothing, and wills, retained messages and persistent sessions mean nothing to it.
 */
import type { AedesOptions } from 'aedes';

/**
 * Stands where aedes has its message emitter, the only way from a publisher to the subscribers. It matches nothing, so
 * that a client receives what the platform writes to its connection and nothing else.
 */
const silentEmitter = {
  on(_filter: string, _deliver: unknown, done?: () => void): void {
    done?.();
  },
  removeListener(_filter: string, _deliver: unknown, done?: () => void): void {
    done?.();
  },
  /** Not at once: aedes' parser must not be entered again before it has finished a packet. */
  emit(_packet: unknown, done: () => void): void {
    queueMicrotask(done);
  },
  close(done: () => void): void {
    done();
  },
};

export const kpcMode: AedesOptions = {
  mq: silentEmitter,
  preConnect(_client, packet, done) {
    packet.clean = true;
    delete packet.will;
    done(null, true);
  },
  authorizePublish(_client, packet, done) {
    packet.retain = false;
    done(null);
  },
  /** aedes lowers the QoS of a delivery to that of a subscription to exactly its topic, which must not matter here. */
  authorizeSubscribe(_client, subscription, done) {
    done(null, { ...subscription, qos: 2 });
  },
};
