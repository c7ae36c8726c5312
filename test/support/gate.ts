/** A loopback port that counts its connections, and does with each connection what it is told at the moment. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './mosquitto.ts';

export type Talk = (socket: Socket) => void;

/** Passes everything on to another port. */
export function forwardTo(port: number): Talk {
  return (socket) => {
    const inner = connect({ port, host: '127.0.0.1', noDelay: true });
    inner.on('error', () => socket.resetAndDestroy());
    inner.on('close', () => socket.destroy());
    socket.on('close', () => inner.destroy());
    socket.pipe(inner).pipe(socket);
  };
}

/** Answers the login with this return code, and nothing else. */
export function answerLogin(code: number): Talk {
  return (socket) => void socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, code])));
}

/** Ends the connection at the first word. */
export const hangUp: Talk = (socket) => void socket.once('data', () => socket.destroy());

/** Answers as a web server does that does not know the path. */
export const notFound: Talk = (socket) =>
  void socket.once('data', () =>
    socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
  );

export class Gate {
  readonly port: number;
  /** Connections that have ended. */
  count = 0;
  talk: Talk;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(port: number, talk: Talk) {
    this.port = port;
    this.talk = talk;
  }

  /** Opens a gate; without `talk` its port is free, and connections are refused. */
  static async on(talk: Talk | undefined): Promise<Gate> {
    const gate = new Gate(await freePort(), talk ?? hangUp);
    if (talk !== undefined) await gate.open();
    return gate;
  }

  async open(): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.count += 1;
      });
      socket.on('error', () => {});
      this.talk(socket);
    });
    this.#server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
