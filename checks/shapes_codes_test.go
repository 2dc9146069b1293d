package checks

// codeStudies are tables in which small whole numbers are something else than
// counts.
func codeStudies() []study {
	return []study{
		{name: "years of age", text: "age,n\n0,1201\n1,1190\n2,1203\n3,1187\n4,1180\n5,1171\n"},
		{name: "months after counts", text: "n,year,month\n120,2020,3\n131,2020,4\n144,2020,5\n151,2020,6\n"},
		{name: "weeks since", text: "weeks_since_vaccination,n_at_risk,events\n1,12010,31\n2,11870,44\n3,11720,39\n4,11500,27\n"},
		{name: "number of conditions", text: "number_of_conditions,n,percent\n0,1204,40.1\n1,901,30.0\n2,603,20.1\n3,201,6.7\n4+,93,3.1\n"},
		{name: "number of conditions, in groups", text: "sex,n_comorbidities,n_patients\nF,0,1204\nF,1,901\nF,2,603\nF,3,201\nM,0,1190\nM,1,880\nM,2,590\nM,3,188\n"},
		{name: "prior admissions as a class", text: "prior_admissions,vaccinated,rate\n0,1204,3.1\n1,940,3.6\n2,330,4.2\n3,111,5.0\n"},
		{name: "conditions by sex", text: "n_comorbidities,sex,patients\n0,F,9000\n0,M,8750\n1,F,4500\n1,M,4455\n2,F,3000\n2,M,2905\n3,F,220\n3,M,310\n"},
		{name: "household size", text: "hh_total,households,people\n1,7615,7615\n2,6225,12450\n3,1003,3009\n4,918,3672\n5,441,2205\n"},
		{name: "doses", text: "dose,product,n\n1,az,12010\n2,az,11870\n1,pfizer,9031\n2,pfizer,8740\n3,pfizer,7010\n"},
		{name: "doses in columns", text: "n_doses,East,London\n0,1201,2301\n1,341,511\n2,4301,5102\n3,3380,4011\n"},
		{name: "codes after counts", text: "count,imd_quintile,ethnicity_6\n120,1,1\n131,2,3\n140,3,5\n122,4,6\n118,5,2\n"},
		{name: "a variable's levels", text: "variable,value,count,percent\nsmoking,0,5201,52.0\nsmoking,1,3100,31.0\nsmoking,2,1699,17.0\nsex,1,4980,49.8\nsex,2,5020,50.2\n"},
		{name: "rates per thousand in whole numbers", text: "region,admissions_per_1000,deaths_per_100000\nEast,3,5\nLondon,4,6\nWest,2,7\nNorth,5,4\n"},
		{name: "medians of counts", text: "practice_type,median_n,q10_events,mean_count,p90\nurban,5,2,6,7\nrural,3,1,4,6\nmixed,4,2,5,7\n"},
		{name: "quantiles named by their share", text: "date,0.1,0.25,0.5,0.75,0.9\n2021-01-01,1,2,3,5,7\n2021-02-01,1,2,4,5,8\n2021-03-01,2,2,4,6,9\n"},
		{name: "changes", text: "region,change_in_events,diff_n,n\nEast,3,-4,1200\nLondon,5,2,1301\nWest,2,7,980\n"},
		{name: "lags and horizons", text: "lag,horizon_days,auc,n_obs\n1,7,0.81,12010\n2,14,0.80,12010\n3,28,0.78,11980\n"},
		{name: "follow-up", text: "group,followup_years,median_followup_months,n\nA,3,5,1200\nB,4,6,1188\nC,2,4,997\n"},
		{name: "ranks", text: "medication,rank,items\nsalbutamol,1,120341\nramipril,2,99021\nstatin,3,88761\nomeprazole,4,77120\n"},
		{name: "diagnosis codes of digits", text: "icd,n\n410,1200\n411,340\n7,310\n3,290\n"},
		{name: "scores", text: "charlson_score,n\n0,12010\n1,4301\n2,2210\n3,980\n4,451\n5,220\n"},
		{name: "waves and models", text: "wave,model,outcome,n_events\n1,1,death,301\n1,2,death,301\n2,1,death,188\n2,2,death,188\n"},
		{name: "clusters", text: "cluster,size,silhouette\n1,12010,0.41\n2,4301,0.38\n3,2210,0.35\n4,980,0.33\n"},
		{name: "flags of low counts", text: "region,n,n_is_low,suppressed\nEast,1201,0,0\nLondon,1300,0,0\nWest,12,1,1\nNorth,801,0,0\nSouth,790,0,0\n"},
		{name: "days since, side by side", text: "days,censored_midpoint6,cuminc\n1,3,0.001\n2,9,0.002\n3,15,0.003\n4,15,0.004\n5,21,0.005\n"},
		{name: "missing told apart", text: "variable,n_levels,n_unique,n_missing\nsex,2,2,0\nregion,9,9,120\nimd,5,5,312\n"},
		{name: "imputations", text: "imputation,m,n_iterations,fmi\n1,5,7,0.1\n2,5,6,0.2\n3,5,7,0.1\n4,5,5,0.1\n5,5,6,0.2\n"},
		{name: "numbers of practices by decile", text: "decile,practices\n1,211\n2,209\n3,210\n4,212\n5,207\n"},
		{name: "bands that are labels", text: "consultations,n\n0,1204\n1-4,901\n5-9,603\n10+,201\n"},
		{name: "weights and scaled values", text: "stratum,weight,n_weighted,scaled_score\nA,3,1201.4,5\nB,2,990.2,6\nC,4,1102.8,4\n"},
		{name: "numbers of tests, the most frequent first", text: "n_tests,n_patients\n1,5210\n0,4004\n2,3100\n4,811\n3,640\n5,120\n"},
		{name: "a list of facts", text: "key,value\nn_patients,12010\nn_outcomes,5\nn_covariates,7\nn_imputations,5\nmax_follow_up_weeks,6\n"},
		{name: "a list of facts, one of few", text: "key,value\nn_patients,12010\nn_excluded,4\nmean_age,54.1\n", want: []string{"low-counts value 3"}},
		{name: "areas after counts", text: "count,rural_urban,stp_code\n120,1,3\n131,2,5\n140,3,1\n122,4,2\n118,5,4\n"},
		{name: "doses of those that are due", text: "dose,people\n1 of 2,1200\n2 of 2,1100\n1 of 3,340\n2 of 3,320\n"},
		{name: "ages as bounds", text: "age_from,age_to,n\n0,4,1201\n5,9,1188\n10,14,1190\n"},
	}
}
