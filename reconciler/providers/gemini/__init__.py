"""The Gemini API's tunedModels behind the port."""
