export interface Notice {
  id: string
  time: string
  title: string
  text: string
}
