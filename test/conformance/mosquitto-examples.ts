/** The command lines of the API document, word for word. */

export interface Example {
  /** The heading under which they stand. */
  readonly title: string;
  readonly publish: string;
  /** Subscriptions to the two answers, and request and answer in one, where the document has them. */
  readonly status?: string;
  readonly error?: string;
  readonly requestResponse?: string;
}

export const examples: readonly Example[] = [
  {
    title: 'Send data samples',
    publish: `mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/dcx/$ENDPOINT_TOKEN/json/1 -m '{
  "temperature": 21,
  "humidity": 73
}'`,
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/dcx/$ENDPOINT_TOKEN/json/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/dcx/$ENDPOINT_TOKEN/json/1/error',
  },
  {
    title: 'Send plain data samples',
    publish:
      "mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/dcx/$ENDPOINT_TOKEN/plain/temperature -m '200'",
  },
  {
    title: 'Get all metadata keys request',
    publish: 'mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/keys/1',
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/keys/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/keys/1/error',
    requestResponse:
      'mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/keys/1/status -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/keys/1 -V 311',
  },
  {
    title: 'Get metadata request',
    publish: 'mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/1',
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/1/error',
    requestResponse:
      'mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/1/status -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/get/1 -V 311',
  },
  {
    title: 'Full metadata update',
    publish: `mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/1 -m '{
  "deviceModel": "example model",
  "name": "Sensor 1"
}'`,
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/1/error',
    requestResponse: `mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/1/status -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/1 -V 311 -m '{
  "deviceModel": "example model",
  "name": "Sensor 1"
}'`,
  },
  {
    title: 'Partial metadata update',
    publish: `mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/keys/1 -m '{
  "deviceModel": "new model"
}'`,
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/keys/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/keys/1/error',
    requestResponse: `mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/keys/1/status -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/update/keys/1 -V 311 -m '{
  "deviceModel": "new model"
}'`,
  },
  {
    title: 'Delete metadata keys',
    publish: `mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/delete/keys/1 -m '[
  "location",
  "areaId"
]'`,
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/delete/keys/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/delete/keys/1/error',
    requestResponse: `mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/delete/keys/1/status -t kp1/$APP_VERSION/epmx/$ENDPOINT_TOKEN/delete/keys/1 -V 311 -m '[
  "location",
  "areaId"
]'`,
  },
  {
    title: 'Request pending commands',
    publish: `mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/command/<command_type>/1 -m '{
  "observe": true
}'`,
    status:
      'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/command/<command_type>/1/status',
    error:
      'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/command/<command_type>/1/error',
    requestResponse: `mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/command/<command_type>/1/status -t kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/command/<command_type>/1 -V 311 -m '{
  "observe": true
}'`,
  },
  {
    title: 'Report command execution result',
    publish: `mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/result/<command_type>/1 -m '[
  {
    "id": 1,
    "statusCode": 200,
    "reasonPhrase": "Ok",
    "payload": {
      "engine_on": true
    }
  }
]'`,
    status:
      'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/result/<command_type>/1/status',
    error:
      'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/result/<command_type>/1/error',
    requestResponse: `mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/result/<command_type>/1/status -t kp1/$APP_VERSION/cex/$ENDPOINT_TOKEN/result/<command_type>/1 -V 311 -m '[
  {
    "id": 1,
    "statusCode": 200,
    "reasonPhrase": "Ok",
    "payload": {
      "engine_on": true
    }
  }
]'`,
  },
  {
    title: 'Configuration resource request',
    publish: `mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/config/json/1 -m '{
  "observe": false
}'`,
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/config/json/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/config/json/1/error',
    requestResponse: `mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/config/json/1/status -t kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/config/json/1 -V 311 -m '{
  "observe": false
}'`,
  },
  {
    title: 'Report applied configuration request',
    publish: `mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/applied/json/1 -m '{
  "configId": "97016dbe8bb4adff8f754ecbf24612f2"
}'`,
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/applied/json/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/applied/json/1/error',
    requestResponse: `mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/applied/json/1/status -t kp1/$APP_VERSION/cmx/$ENDPOINT_TOKEN/applied/json/1 -V 311 -m '{
  "configId": "97016dbe8bb4adff8f754ecbf24612f2"
}'`,
  },
  {
    title: 'Software resource request',
    publish: `mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/config/json/1 -m '{
"observe": true
}'`,
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/config/json/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/config/json/1/error',
    requestResponse: `mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/config/json/1/status -t kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/config/json/1 -V 311 -m '{
"observe": true
}'`,
  },
  {
    title: 'Report applied software update request',
    publish: `mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/applied/json/1 -m '{
  "configId": "0.0.2"
}'`,
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/applied/json/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/applied/json/1/error',
    requestResponse: `mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/applied/json/1/status -t kp1/$APP_VERSION/cmx_ota/$ENDPOINT_TOKEN/applied/json/1 -V 311 -m '{
  "configId": "0.0.2"
}'`,
  },
  {
    title: 'Get upload token',
    publish: 'mosquitto_pub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/bcx/$ENDPOINT_TOKEN/token/1',
    status: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/bcx/$ENDPOINT_TOKEN/token/1/status',
    error: 'mosquitto_sub -h mqtt.cloud.kaaiot.com -t kp1/$APP_VERSION/bcx/$ENDPOINT_TOKEN/token/1/error',
    requestResponse:
      'mosquitto_rr -h mqtt.cloud.kaaiot.com -e kp1/$APP_VERSION/bcx/$ENDPOINT_TOKEN/token/1/status -t kp1/$APP_VERSION/bcx/$ENDPOINT_TOKEN/token/1 -V 311',
  },
];
