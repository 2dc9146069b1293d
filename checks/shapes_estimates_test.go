package checks

// estimateStudies are tables of models and curves.
func estimateStudies() []study {
	return []study{
		{name: "gtsummary of a model", text: "**Characteristic**,**HR**,**95% CI**,**p-value**\nSex,NA,NA,NA\nF,—,—,NA\nM,2,\"1.1, 2.3\",<0.001\nIMD,NA,NA,NA\n1,—,—,NA\n2,3,\"2.5, 3.2\",0.2\n"},
		{name: "broom", text: "term,estimate,std.error,statistic,p.value,conf.low,conf.high\nage,2,1,3,5,1,4\nsexM,1,2,4,0,3,7\nimd2,3,1,2,1,2,5\n"},
		{name: "glance of a Cox model", text: "n,nevent,statistic.log,p.value.log,statistic.sc,r.squared,concordance,std.error.concordance,logLik,AIC,BIC,nobs\n12010,310,12.3,0.001,11.2,0.01,0.71,0.02,-1201.2,2410.1,2431.0,12010\n"},
		{name: "glance of a Cox model of few events", text: "outcome,n,nevent,statistic.log,concordance,AIC,nobs\ndeath,12010,310,12.3,0.71,2410.1,12010\nicu,12010,5,1.3,0.61,91.1,12010\n", want: []string{"low-counts nevent 3"}},
		{name: "a curve", text: "time,n.risk,n.event,n.censor,estimate,std.error,conf.high,conf.low,strata\n0,1203,0,0,1,0,1,1,a\n7,1203,12,0,0.99,0.01,1,0.98,a\n14,1191,20,31,0.97,0.01,0.99,0.96,a\n21,1140,15,12,0.96,0.01,0.98,0.95,a\n"},
		{name: "a curve of single events", text: "time,n.risk,n.event,n.censor,estimate,std.error\n1,1203,1,0,0.9992,0.001\n2,1202,2,0,0.9975,0.001\n3,1200,0,12,0.9975,0.001\n", want: []string{"low-counts n.event 2,3"}},
		{name: "a curve, rounded", text: "time,n.risk_rounded6,n.event_rounded6,surv\n1,1206,6,0.995\n2,1200,12,0.985\n3,1188,6,0.980\n4,1182,24,0.960\n"},
		{name: "hazard ratios with events", text: "\t\tN\tEvents\tPerson years follow up\tRate (per 100 000 person years)\tCrude\tAge adjusted\nEthnicity: White\n\tOnly 67+\t1898999\t22767\t781980.65\t2911.45\t1.00 (   .-   .)\t1.00 (   .-   .)\n\t67+ & 1 other\t463458\t4625\t191232.46\t2418.52\t0.81 (0.78-0.83)\t1.09 (1.06-1.13)\n\nEthnicity: Black\n\tOnly 67+\t13408\t312\t5510.7105\t5661.70\t1.00 (   .-   .)\t1.00 (   .-   .)\n\t67+ & 1 other\t7980\t3\t3284.3943\t91.34\t0.71 (0.58-0.87)\t0.76 (0.62-0.93)\n",
			want: []string{"low-counts Events 8"}},
		{name: "parmest", file: "est.txt", text: "parm\tlabel\testimate\tstderr\tz\tp\tmin95\tmax95\tmodel\n\"1b.eth5\"\t\"Eth 5\"\t1\t0\t\t\t1\t1\t\"crude\"\n\"2.eth5\"\t\"Eth 5\"\t2\t.00396366\t3\t7.312e-44\t1\t3\t\"crude\"\n\"gp_consult_count\"\t\"Number of GP consultations\"\t1.01\t.00005\t2\t0\t1.01\t1.02\t\"crude\"\n"},
		{name: "a model side by side", text: ",\"(1)\",\"(2)\",\"(3)\"\nage,1.02***,1.03***,1.01\n,(0.01),(0.01),(0.02)\nfemale,2,3,1\nN,12010,11980,11980\nR2,0.1,0.2,0.2\n"},
		{name: "predictions", text: "age,sex,time,pred,lower,upper\n40,0,1,3,2,4\n40,1,1,4,3,5\n50,0,1,5,4,6\n50,1,1,6,5,7\n"},
		{name: "incidence with an event hidden", text: "outcome,events,person_years,rate_per_1000\nstroke,412,20311.0,20.2846\nmi,301,20405.0,14.7513\nvte,<8,20501.0,0.2439\npe,55,20498.0,2.6832\n", want: []string{"masks-undone events 4"}},
		{name: "goodness of fit", text: "model,df,aic,bic,loglik,n\n1,3,2410.2,2431.0,-1202.1,12010\n2,5,2401.7,2440.1,-1195.8,12010\n3,7,2399.0,2451.5,-1192.5,12010\n"},
		{name: "correlations", text: ",age,bmi,sbp\nage,1,0.2,0.3\nbmi,0.2,1,0.1\nsbp,0.3,0.1,1\n"},
		{name: "a confusion matrix", text: "truth,predicted_0,predicted_1\n0,10231,412\n1,301,6\n", want: []string{"low-counts predicted_1 3"}},
		{name: "calibration", text: "decile,observed,expected,n\n1,0.01,0.011,1201\n2,0.02,0.019,1201\n3,0.03,0.032,1202\n"},
		{name: "standardised rates", text: "region,year,asr,lci,uci\nEast,2019,3,2,4\nEast,2020,4,3,5\nLondon,2019,5,4,6\nLondon,2020,7,6,8\n"},
		{name: "interactions", text: "term,chi2,df,p\nage:sex,12.1,3,0.01\nimd:sex,9.2,4,0.06\neth:sex,3,5,0.7\n"},
	}
}
