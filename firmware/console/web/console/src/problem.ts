import type { ApiError } from '@linli/client'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

export interface ProblemWords {
  title: string
  what: string
  said: string // by the gateway, about this case
  next: string
}

// A problem in words: those of its code, and what the gateway says about this one.
export function useProblem(problem: () => ApiError | null) {
  const { t, te } = useI18n()
  const words = computed<ProblemWords | null>(() => {
    const error = problem()
    if (!error) return null
    const code = te(`problem.${error.code}.title`, 'zh-CN') ? error.code : 'internal'
    return {
      title: t(`problem.${code}.title`),
      what: t(`problem.${code}.what`),
      said: error.problem.detail ?? '',
      next: error.problem.way_out || t(`problem.${code}.next`),
    }
  })
  return { words }
}

// The sentence for one field, if the problem points at it.
export function fieldProblem(problem: ApiError | null, field: string): string | null {
  return problem?.problem.field === `/${field}` ? (problem.problem.detail ?? problem.code) : null
}
