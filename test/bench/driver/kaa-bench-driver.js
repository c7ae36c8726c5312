// Node-RED loads nodes from .js files only; Node itself takes the types out of the other one.
export { default } from './driver.ts';
