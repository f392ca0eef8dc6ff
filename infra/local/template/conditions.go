package template

import "errors"

func (r *resolver) ifElse(argument any) (any, error) {
	list, err := arguments(argument, 3)
	if err != nil {
		return nil, err
	}
	name, err := scalar(list[0])
	if err != nil {
		return nil, err
	}
	holds, err := r.condition(name)
	if err != nil {
		return nil, err
	}
	if holds {
		return r.resolve(list[1])
	}
	return r.resolve(list[2])
}

func (r *resolver) equals(argument any) (any, error) {
	list, err := arguments(argument, 2)
	if err != nil {
		return nil, err
	}
	a, err := r.text(list[0])
	if err != nil {
		return nil, err
	}
	b, err := r.text(list[1])
	return a == b, err
}

func (r *resolver) and(argument any) (any, error) {
	holding, all, err := r.holding(argument)
	return holding == all, err
}

func (r *resolver) or(argument any) (any, error) {
	holding, _, err := r.holding(argument)
	return holding > 0, err
}

func (r *resolver) not(argument any) (any, error) {
	holding, _, err := r.holding(argument)
	return holding == 0, err
}

// holding counts the conditions in a list that hold, and all of them.
func (r *resolver) holding(argument any) (holding, all int, err error) {
	list, err := r.list(argument)
	if err != nil {
		return 0, 0, err
	}
	for _, value := range list {
		holds, ok := value.(bool)
		if !ok {
			return 0, 0, errors.New("a condition is expected")
		}
		if holds {
			holding++
		}
	}
	return holding, len(list), nil
}
