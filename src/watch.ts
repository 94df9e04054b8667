// Front door of the watch: what other parts may use of it.
export {
  type Forecast,
  type ForecastVerdict,
  type StoreShape,
  blocksPerEntry,
  forecast,
  targetRatio,
  verdictOf,
} from './watch/forecast/forecast.ts'
export { type Inflow, knownInflow } from './watch/forecast/inflow.ts'
