// The version of the text that people agree to before their face is used: on paper at the desk, or in the app.
export const kFaceText = 'face-2026-01'
