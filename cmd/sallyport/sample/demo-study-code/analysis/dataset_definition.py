from ehrql import create_dataset, codelist_from_csv, case, when
from ehrql.tables.tpp import patients, practice_registrations, vaccinations, clinical_events

start = "2020-12-08"
end = "2021-06-30"

declined = codelist_from_csv("codelists/vaccine-declined.csv", column="code")

dataset = create_dataset()
dataset.configure_dummy_data(population_size=5000)

registered = practice_registrations.for_patient_on(start)
dataset.define_population(registered.exists_for_patient() & patients.age_on(start).is_not_null())

dataset.sex = patients.sex
dataset.age = patients.age_on(start)
dataset.age_group = case(
    when(dataset.age < 50).then("18-49"),
    when(dataset.age < 70).then("50-69"),
    when(dataset.age < 80).then("70-79"),
    otherwise="80+",
)
dataset.region = registered.practice_nuts1_region_name

refusals = clinical_events.where(clinical_events.snomedct_code.is_in(declined))
dataset.declined_on = refusals.where(refusals.date.is_on_or_between(start, end)).date.minimum_for_patient()

doses = vaccinations.where(vaccinations.target_disease == "SARS-2 CORONAVIRUS")
dataset.first_dose_on = doses.where(doses.date.is_on_or_between(start, end)).date.minimum_for_patient()
