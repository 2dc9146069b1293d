library(survival)
library(broom)
library(readr)

fit <- readRDS("output/model/fit.rds")
dir.create("output/sensitivity", recursive = TRUE, showWarnings = FALSE)
write_csv(tidy(cox.zph(fit)$table), "output/sensitivity/proportional_hazards.csv")
