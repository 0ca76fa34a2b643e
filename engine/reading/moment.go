package reading

func readMoment(Kind, string, Context) Result { return Result{} }
