library(arrow)
library(dplyr)
library(readr)

source("analysis/functions.R")

cohort <- read_feather("output/dataset.arrow")
dir.create("output/describe", recursive = TRUE, showWarnings = FALSE)

table1 <- cohort |>
  count(age_group, sex, region, name = "n") |>
  mutate(n = disclose(n), pct = round(100 * n / sum(n, na.rm = TRUE), 1))

write_csv(table1, "output/describe/table1.csv")

rates <- function(by) {
  cohort |>
    group_by(across(all_of(by))) |>
    summarise(
      declined = disclose(sum(!is.na(declined_on))),
      accepted = disclose(sum(!is.na(declined_on) & first_dose_on > declined_on, na.rm = TRUE)),
      .groups = "drop"
    )
}

write_csv(rates("age_group"), "output/describe/rates_by_age.csv")
write_csv(rates("sex"), "output/describe/rates_by_sex.csv")
