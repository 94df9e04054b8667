// Lists of HTTP statuses as monitors write them: `200-299, 401`.

/** Whether `list` holds `status`; a list that cannot be read holds nothing. */
export function acceptsStatus(list: string, status: number): boolean {
  return list.split(',').some((part) => {
    const range = /^\s*(\d{3})(?:\s*-\s*(\d{3}))?\s*$/.exec(part)
    const from = Number(range?.[1])
    return range !== null && status >= from && status <= Number(range[2] ?? from)
  })
}
