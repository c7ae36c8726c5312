/** What goes over MQTT in either direction. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
}

/** How the platform reaches its clients: the embedded broker, or a real one elsewhere. */
export interface Transport {
  /**
   * Sends an answer or a push. `connection` is the one that last spoke for the token; a real broker does not need it.
   * False where nobody is there to receive it.
   */
  send(message: Message, connection: string): boolean;
  /** Destroys a client's connection, where that is within reach. */
  disconnect(connection: string): void;
}
