import type { AddressInfo, Server, Socket } from 'node:net';

/** Which of the simulator's two ports. */
export type PortPurpose = 'mqtt' | 'http';

/** A port could not be opened. `taken`: something else listens there. */
export class ListenError extends Error {
  readonly purpose: PortPurpose;
  readonly port: number;
  readonly taken: boolean;

  constructor(purpose: PortPurpose, host: string, port: number, error: NodeJS.ErrnoException) {
    const taken = error.code === 'EADDRINUSE';
    super(taken ? `port ${port} is in use` : `cannot listen on ${host} port ${port}: ${error.message}`);
    this.name = 'ListenError';
    this.purpose = purpose;
    this.port = port;
    this.taken = taken;
  }
}

/** A listening server and its sockets. */
export class Listener {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#sockets = sockets;
  }

  /**
   * Opens a port; 0 picks a free one.
   * @throws {ListenError}
   */
  static async open(server: Server, purpose: PortPurpose, host: string, port: number): Promise<Listener> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException): void => reject(new ListenError(purpose, host, port, error));
      server.once('error', failed);
      server.listen(port, host, () => {
        server.off('error', failed);
        resolve();
      });
    });
    return new Listener(server, sockets);
  }

  /** Stops listening and destroys every connection. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}
