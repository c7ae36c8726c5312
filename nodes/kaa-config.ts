import type { Node, NodeAPI, NodeDef } from 'node-red';

export default function register(RED: NodeAPI): void {
  function KaaConfig(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
  }

  RED.nodes.registerType('kaa-config', KaaConfig);
}
