import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { AccessRules } from '../network/access-rules.ts';
import type { EmbeddedBroker } from './embedded-broker.ts';
import { acceptWebSockets } from './web-socket.ts';

/** A connection that has said nothing for this long is closed. */
const silenceMilliseconds = 30_000;

const letterG = 0x47;

/** The server of the MQTT port: MQTT over TCP, and MQTT over WebSocket where a connection begins like HTTP. */
export function createMqttServer(broker: EmbeddedBroker, rules: AccessRules, ready: Promise<void>): Server {
  const http = createHttpServer((_request, response) => {
    response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end('This is the MQTT port.\n');
  });
  acceptWebSockets(http, broker, rules, ready);
  return createServer({ noDelay: true }, (socket) => {
    void ready.then(() => recognise(socket, broker, http));
  });
}

/** The first byte tells: `G` of `GET ` would be a malformed PUBACK, and MQTT begins with CONNECT. */
function recognise(socket: Socket, broker: EmbeddedBroker, http: HttpServer): void {
  const giveUp = (): void => {
    socket.destroy();
  };
  socket.setTimeout(silenceMilliseconds, giveUp);
  socket.once('data', (head: Buffer) => {
    socket.setTimeout(0, giveUp);
    socket.pause();
    socket.unshift(head);
    if (head[0] === letterG) {
      http.emit('connection', socket);
      socket.resume();
    } else {
      broker.accept(socket);
    }
  });
}
