package bot

import "github.com/jieban/jieban/models"

// take gives the message to the question that stands. false: it is no answer to it.
func (t *turn) take() (bool, error) {
	switch t.k.Step {
	case stepConsent:
		return t.takeConsent(models.ConsentSensitive, t.declineSensitive)
	case stepSharing:
		return t.takeConsent(models.ConsentSharing, t.declineSharing)
	case stepGuardian:
		return t.takeConsent(models.ConsentGuardian, t.declineGuardian)
	case stepKind:
		return t.takeKind()
	case stepNumber:
		return t.takeNumber()
	case stepName:
		return t.takeName()
	case stepTown:
		return t.takeTown()
	case stepEvidence:
		return t.takeEvidence()
	case stepSpot:
		return t.takeVisit()
	case stepDay, stepDate:
		return t.takeDay()
	case stepPeople:
		return t.takePeople()
	case stepConfirm:
		return t.takeConfirm()
	case stepCancel:
		return t.takeCancel()
	}
	return t.takeElse()
}

// takeElse is take for everything that is not the way to a voucher.
func (t *turn) takeElse() (bool, error) {
	switch t.k.Step {
	case stepCode, stepElsewhere:
		return t.takeElsewhere()
	case stepLeave:
		return t.takeLeave()
	case stepPhone:
		return t.takePhone()
	case stepWithdraw:
		return t.takeWithdraw()
	case stepErase:
		return t.takeErase()
	case stepMessage:
		return t.takeMessage()
	case stepShop:
		return t.takeShop()
	case stepProduct:
		return t.takeProduct()
	case stepPack:
		return t.takePack()
	case stepQuantity:
		return t.takeQuantity()
	case stepOrder:
		return t.takeOrder()
	case stepAddress:
		return t.takeAddress()
	case stepDeliver:
		return t.takeDeliver()
	case stepBasket:
		return t.takeBasket()
	case stepDrop:
		return t.takeDrop()
	case stepReceive:
		return t.takeReceive()
	}
	return t.takeStaff()
}

// takeStaff is take for what staff do.
func (t *turn) takeStaff() (bool, error) {
	switch t.k.Step {
	case stepCarrier, stepParcel:
		return t.takeParcel()
	case stepShip:
		return t.takeShip()
	case stepGate:
		return t.takeGate()
	}
	return false, nil
}

// goBack goes to the question before; from the first one, and from where nothing is asked, to the menu.
func (t *turn) goBack() error {
	c := &t.k.Claim
	switch t.k.Step {
	case stepSharing, stepKind, stepConsent, stepSpot:
	case stepNumber:
		t.k.Who = whoSlots{}
		return t.askWho()
	case stepName, stepGuardian:
		t.k.Who.Number, t.k.Who.Name = "", ""
		return t.goOn()
	case stepTown:
		t.k.Who.Name = ""
		return t.askName()
	case stepDay:
		*c = claimSlots{}
		return t.goOn()
	case stepDate, stepPeople:
		c.Day = ""
		return t.goOn()
	case stepConfirm:
		c.People = 0
		return t.goOn()
	case stepProduct, stepPack, stepQuantity, stepOrder, stepAddress, stepDeliver:
		return t.backInShop()
	case stepCancel:
		return t.vouchers()
	case stepDrop, stepReceive:
		return t.orders()
	}
	return t.backToMenu("好的，回到主菜单。要办什么？")
}

// backInShop goes back from address to order, from order to pack, and from pack to the shelves.
func (t *turn) backInShop() error {
	s := &t.k.Shop
	switch t.k.Step {
	case stepQuantity, stepOrder:
		for i := range s.Wants {
			s.Wants[i].SKU, s.Wants[i].Unit, s.Wants[i].Amount, s.Wants[i].Quantity = "", "", 0, 0
		}
		return t.orderNext()
	case stepAddress, stepDeliver:
		if s.Basket {
			return t.basket()
		}
		return t.askOrder()
	}
	return t.shop()
}

// callOff stops what is being done. Where nothing is, a bare 取消 means something already done.
func (t *turn) callOff() error {
	if t.k.Step == "" || t.k.Step == stepShop {
		t.k.rest()
		t.choose("现在没有正在办的事。要取消什么？", append(list("我的券", "我的订单", "购物篮"), home)...)
		return nil
	}
	return t.backToMenu("好的，先不办了。要办什么？")
}
