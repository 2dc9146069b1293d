library(arrow)
library(dplyr)
library(readr)

source("analysis/functions.R")

cohort <- read_feather("output/dataset.arrow")
dir.create("output/counts", recursive = TRUE, showWarnings = FALSE)

first_dose <- cohort |>
  filter(!is.na(first_dose_on)) |>
  count(age_group, region, name = "people") |>
  mutate(people = disclose(people))

write_csv(first_dose, "output/counts/first_dose.csv")
