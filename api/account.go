package api

import (
	"context"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

type accountOutput struct{ Body accountView }

func (a *App) accounts(ctx context.Context, _ *struct{}) (*listOutput[accountView], error) {
	list, err := a.DB.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	return whole(list, viewAccount), nil
}

type addAccountInput struct {
	Body struct {
		Login    string      `json:"login" minLength:"1" maxLength:"40"`
		Name     string      `json:"name" minLength:"1" maxLength:"40"`
		Role     models.Role `json:"role" enum:"gate,supplier,officer,admin"`
		Spot     string      `json:"spot,omitempty" maxLength:"100" doc:"gate staff: the only spot they scan at; absent = any"`
		Supplier string      `json:"supplier,omitempty" maxLength:"100" doc:"suppliers: whose goods they keep"`
		Password string      `json:"password" maxLength:"512" doc:"10 to 128 characters"`
	}
}

func (a *App) addAccount(ctx context.Context, in *addAccountInput) (*accountOutput, error) {
	b := in.Body
	m, err := a.DB.AddAccount(ctx, caller(ctx).Actor, db.NewAccount{
		Login: b.Login, Name: b.Name, Role: b.Role, SpotID: b.Spot, SupplierID: b.Supplier, Password: b.Password,
	})
	if err != nil {
		return nil, err
	}
	return &accountOutput{viewAccount(m)}, nil
}

type setPasswordInput struct {
	Login string `path:"login" maxLength:"40"`
	Body  struct {
		Password string `json:"password" maxLength:"512" doc:"10 to 128 characters"`
	}
}

func (a *App) setPassword(ctx context.Context, in *setPasswordInput) (*struct{}, error) {
	return nil, a.DB.SetPassword(ctx, caller(ctx).Actor, in.Login, in.Body.Password)
}
