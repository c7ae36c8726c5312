/** Why there is no connection, in words for error messages; the status texts and the remedies are in the catalogue. */
export const connectionReasons = {
  'not-connected': 'the first connection takes longer than the time-out',
  reconnecting: 'somebody had the connection made anew',
  'unknown-host': 'the host name is unknown',
  refused: 'the server refuses connections on this port',
  unreachable: 'the server cannot be reached',
  'no-answer': 'the server does not answer',
  'dropped-at-login': 'the server closed the connection during the login',
  'tls-untrusted': "the server's certificate is not trusted",
  'tls-expired': "the server's certificate is expired or not yet valid",
  'tls-name': "the server's certificate is for another host name",
  'tls-client': 'our client certificate is missing, refused or cannot be used',
  tls: 'no secure connection could be agreed on',
  'login-refused': 'the server refused the user name, the password or the certificate',
  'client-id-refused': 'the server refused the client ID',
  'version-refused': 'the server does not speak MQTT 3.1.1',
  'server-unavailable': 'the server says that it is unavailable',
  'no-websocket': 'the server offers no MQTT over WebSocket at this address',
  'not-mqtt': 'the server does not speak MQTT',
  'too-large': 'the server sent more than 4 MB at once',
  'dropped-first-message': 'the server dropped the connection right after the first message',
  'keep-alive': 'the server stopped answering keep-alive messages',
  dropped: 'the connection was lost',
  'dropped-repeatedly': 'the server drops the connection again and again, as if another client took it over',
} as const;

export type ConnectionReason = keyof typeof connectionReasons;

/** What is wrong although there is a connection: nothing comes back, or the server refuses to pass on answers. */
export const connectionTroubles = ['silent', 'subscription-refused'] as const;

export type ConnectionTrouble = (typeof connectionTroubles)[number];
