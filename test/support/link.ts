/** The way from the nodes to a platform, which can be cut while the platform keeps what it knows. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Link {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #port: number;
  #opened = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  /** @param url where the platform listens, such as `mqtt://127.0.0.1:1883` */
  static async to(url: string): Promise<Link> {
    const { hostname, port } = new URL(url);
    const server = createServer({ noDelay: true }, (socket) => {
      link.#opened += 1;
      const onward = connect({ host: hostname, port: Number(port), noDelay: true });
      link.#join(socket, onward);
      link.#join(onward, socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const link = new Link(server, (server.address() as AddressInfo).port);
    return link;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  /** How many connections there have been. */
  get opened(): number {
    return this.#opened;
  }

  /** How many connections there are. */
  get open(): number {
    return this.#sockets.size / 2;
  }

  /** Drops every connection and refuses new ones. */
  async cut(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async restore(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => {});
    from.once('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.pipe(to);
  }
}
