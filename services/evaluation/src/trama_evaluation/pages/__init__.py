"""The pages of the evaluation service: the same commands and queries as the API, in plain Italian."""

from trama_evaluation.pages import asked, evaluation, project

routers = (asked.router, evaluation.router, project.router)
