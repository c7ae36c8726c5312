import type { Server } from 'node:http';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { AccessRules } from '../network/access-rules.ts';
import type { EmbeddedBroker } from './embedded-broker.ts';

const path = '/ws';

/** Bytes of one WebSocket frame; the packets in it are bounded by themselves. */
const largestFrame = 2 * 1_048_576;

/** Lets an HTTP server take MQTT over WebSocket on the path `/ws`. */
export function acceptWebSockets(
  server: Server,
  broker: EmbeddedBroker,
  rules: AccessRules,
  ready: Promise<void>,
): void {
  const webSockets = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: largestFrame });
  server.on('upgrade', (request, socket, head) => {
    const refused = rules.refuseOrigin(request.headers);
    const [requested] = (request.url ?? '').split('?', 1);
    if (refused !== undefined || requested !== path) {
      socket.end(`HTTP/1.1 ${refused === undefined ? '404 Not Found' : '403 Forbidden'}\r\nConnection: close\r\n\r\n`);
      return;
    }
    const accept = (webSocket: WebSocket): void => broker.accept(createWebSocketStream(webSocket));
    void ready.then(() => webSockets.handleUpgrade(request, socket, head, accept));
  });
}
