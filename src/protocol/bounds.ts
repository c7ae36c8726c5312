/** Bounds of the nodes' numeric properties, for the runtime and the dialogs: like the table of resources, no imports. */

export interface Bounds {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

/** Units: seconds, KB for `maxPayload`, as its name says for `outbox…`, else counts; `statusCode` as in HTTP. */
export const bounds = {
  /** MQTT 3.1.1, 3.1.2.10: a 16-bit number; 0 would switch keep-alive off. */
  keepalive: { fallback: 30, min: 1, max: 65_535, integer: true },
  requestTimeout: { fallback: 10, min: 0.1, max: 3600, integer: false },
  maxInFlight: { fallback: 100, min: 1, max: 10_000, integer: true },
  /** MQTT 3.1.1, 2.2.3: a packet has at most 256 MB. */
  maxPayload: { fallback: 256, min: 1, max: 262_144, integer: false },
  /** The server reads request IDs into a signed 32-bit integer. */
  requestIdMax: { fallback: 99_999, min: 99, max: 2_147_483_647, integer: true },
  batchSize: { fallback: 1, min: 1, max: 10_000, integer: true },
  batchInterval: { fallback: 0, min: 0, max: 3600, integer: false },
  /** 0 for no limit; at most a week. */
  replyTimeout: { fallback: 0, min: 0, max: 604_800, integer: false },
  /** MB (1,048,576 bytes) of samples that wait on disk, for all endpoints behind a kaa-endpoint together. */
  outboxMaxMegabytes: { fallback: 256, min: 0.01, max: 1_048_576, integer: false },
  /** Days after which a sample on disk is given up; 0 for no limit. */
  outboxMaxDays: { fallback: 0, min: 0, max: 36_500, integer: false },
  /** TCP ports of the simulator. */
  mqttPort: { fallback: 1883, min: 1, max: 65_535, integer: true },
  httpPort: { fallback: 1884, min: 1, max: 65_535, integer: true },
  /** Of a command's result. */
  statusCode: { fallback: 200, min: 100, max: 599, integer: true },
} as const satisfies Record<string, Bounds>;

export type BoundedProperty = keyof typeof bounds;
