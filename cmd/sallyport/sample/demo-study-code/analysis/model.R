library(arrow)
library(dplyr)
library(survival)
library(broom)
library(readr)

cohort <- read_feather("output/dataset.arrow") |>
  mutate(
    end = pmin(first_dose_on, as.Date("2021-06-30"), na.rm = TRUE),
    time = as.numeric(end - declined_on),
    event = !is.na(first_dose_on)
  ) |>
  filter(time > 0)

fit <- coxph(Surv(time, event) ~ age_group + sex + strata(region), data = cohort)

dir.create("output/model", recursive = TRUE, showWarnings = FALSE)
saveRDS(fit, "output/model/fit.rds")
write_csv(tidy(fit, exponentiate = TRUE, conf.int = TRUE), "output/model/cox_model_summary.csv")
write_csv(glance(fit), "output/model/cox_glance.csv")
