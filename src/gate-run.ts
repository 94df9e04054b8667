// Front door of the gate that runs.
export { type Gate, type GateOptions, startGate } from './gate/gate.ts'
